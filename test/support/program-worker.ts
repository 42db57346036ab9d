import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import type { Child } from './child.js';
import { unlinkQuietly } from './code.js';
import { startMqueue } from './command.js';

const SIZES = { maxMessages: 2, maxMessageSize: 256 };

/** The queues of `mqueue worker`, and who is on the other side of them. */
export class WorkerQueues {
  readonly names: readonly [requests: string, responses: string] = [
    temporaryName(),
    temporaryName(),
  ];
  readonly deadLetters: string = temporaryName();
  readonly requests: MessageQueue = MessageQueue.open(this.names[0], { ...SIZES, create: true });
  readonly responses: MessageQueue = MessageQueue.open(this.names[1], { ...SIZES, create: true });

  /** A worker that is ready, whose program is this shell script. */
  async start(script: string, options: readonly string[] = []): Promise<Child> {
    return this.#start(this.names, script, options);
  }

  /** As `start`, without a queue for the responses. */
  async startAlone(script: string, options: readonly string[] = []): Promise<Child> {
    return this.#start(this.names.slice(0, 1), script, options);
  }

  async ask(request: string | Uint8Array): Promise<string> {
    await this.requests.send(request);
    return this.answer();
  }

  async answer(): Promise<string> {
    return (await this.responses.receive()).text();
  }

  async close(): Promise<void> {
    await Promise.all([this.requests.close(), this.responses.close()]);
    for (const name of [...this.names, this.deadLetters]) unlinkQuietly(name);
  }

  async #start(
    queues: readonly string[],
    script: string,
    options: readonly string[],
  ): Promise<Child> {
    const child = startMqueue(['worker', ...options, ...queues, '--', 'sh', '-c', script, 'sh']);
    await child.erred(/works on/);
    return child;
  }
}

/** Ends a command, which has to end as by that signal. */
export async function endBy(child: Child, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await endedBy(child, signal);
}

export async function endedBy(child: Child, signal: NodeJS.Signals): Promise<void> {
  const end = await child.end;
  assert.deepEqual([end.code, end.signal], [null, signal], end.stderr);
}
