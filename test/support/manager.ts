import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './code.js';
import { isEmulated } from './machine.js';

type Sockets = typeof import('node-unix-socket');

function load(): Sockets | undefined {
  try {
    return createRequire(import.meta.url)('node-unix-socket') as Sockets;
  } catch (error) {
    if (!isEmulated) throw error;
    return undefined;
  }
}

const sockets = load();

/** False where an emulator runs this and the sockets have no binary for its processor. */
export const canManage: boolean = sockets !== undefined;

/** What a service manager is to its services: a socket, at which they tell what becomes of them. */
export class Manager {
  /** All that was told, in order. */
  readonly told: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'mq-manager-'));
  readonly #socket = new (sockets as Sockets).DgramSocket();

  constructor() {
    this.#socket.on('data', (data: Buffer) => this.told.push(data.toString()));
    this.#socket.bind(this.path);
  }

  /** For `NOTIFY_SOCKET`. */
  get path(): string {
    return join(this.#folder, 'notify');
  }

  /** The assignments that were told, without those of STATUS. */
  get states(): string[] {
    return this.told
      .flatMap((each) => each.split('\n'))
      .filter((line) => !line.startsWith('STATUS='));
  }

  /** Resolves when this was told so many times. */
  async heard(state: string, times = 1): Promise<void> {
    const count = (): number => this.states.filter((each) => each === state).length;
    await until(() => count() >= times, `${state}, ${times} times`);
  }

  close(): void {
    this.#socket.close();
    rmSync(this.#folder, { recursive: true });
  }
}
