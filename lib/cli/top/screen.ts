import { emitKeypressEvents } from 'node:readline';
import ansiEscapes from 'ansi-escapes';
import { createLogUpdate } from 'log-update';
import type { Key } from './state.js';

/** The terminal, while a live picture is on it: as it was before when this is closed. */
export class Screen implements Disposable {
  readonly #update = createLogUpdate(process.stdout);
  readonly #onKey: (text: string | undefined, key: Key) => void;

  /** @param key - is told each key */
  constructor(key: (key: Key) => void) {
    this.#onKey = (_text, pressed) => {
      key(pressed);
    };
    const { stdin, stdout } = process;
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    stdin.on('keypress', this.#onKey);
    stdin.resume();
    // Whatever ends the process.
    process.once('exit', this.#restore);
    stdout.write(ansiEscapes.enterAlternativeScreen);
  }

  get width(): number {
    return process.stdout.columns || 80;
  }

  get height(): number {
    return process.stdout.rows || 24;
  }

  show(text: string): void {
    this.#update(text);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#restore);
    this.#restore();
  }

  readonly #restore = (): void => {
    const { stdin, stdout } = process;
    this.#update.done();
    stdout.write(ansiEscapes.exitAlternativeScreen + ansiEscapes.cursorShow);
    stdin.off('keypress', this.#onKey);
    stdin.setRawMode(false);
    stdin.pause();
  };
}
