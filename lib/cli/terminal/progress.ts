import { fstatSync } from 'node:fs';
import { clearTimeout, setInterval, setTimeout } from 'node:timers';
import type { SingleBar } from 'cli-progress';

/** Milliseconds: what is over before needs no picture of it. */
const PATIENCE = 500;
/** Milliseconds between two pictures. */
const PERIOD = 100;
const STDIN = 0;

/** How far it is: bytes and messages. */
type Done = () => readonly [bytes: number, messages: number];

/** Shows on the terminal how far a long input is, where there is a terminal and nobody types the input there. */
export class Progress {
  readonly #done: Done;
  #timer: NodeJS.Timeout | undefined;
  #bar: SingleBar | undefined;
  #over = false;

  constructor(done: Done) {
    this.#done = done;
    if (!process.stderr.isTTY || process.stdin.isTTY) return;
    // A terminal that was closed is told by a signal.
    process.stderr.on('error', () => undefined);
    this.#timer = setTimeout(() => void this.#show(), PATIENCE);
  }

  /** Leaves a last picture where it is. */
  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#update();
    this.#bar?.stop();
  }

  async #show(): Promise<void> {
    const { default: library } = await import('cli-progress');
    if (this.#over) return;
    const total = sizeOfInput();
    const format =
      total === undefined
        ? '{messages} messages in {duration_formatted}'
        : '{bar} {percentage} %, {messages} messages, {eta_formatted} left';
    // Signals are looked after elsewhere.
    const settings = { format, stream: process.stderr, gracefulExit: false };
    // So long as nothing moves it has no number.
    const formatTime: typeof library.Format.TimeFormat = (time, ...rest) =>
      Number.isFinite(Number(time)) ? library.Format.TimeFormat(time, ...rest) : '?';
    this.#bar = new library.SingleBar({ ...settings, formatTime }, library.Presets.shades_classic);
    const [bytes, messages] = this.#done();
    this.#bar.start(total ?? 0, bytes, { messages });
    this.#timer = setInterval(() => {
      this.#update();
    }, PERIOD);
  }

  #update(): void {
    const [bytes, messages] = this.#done();
    this.#bar?.update(bytes, { messages });
  }
}

/** In bytes: undefined where only its end will tell. */
function sizeOfInput(): number | undefined {
  try {
    const status = fstatSync(STDIN);
    return status.isFile() ? status.size : undefined;
  } catch {
    return undefined;
  }
}
