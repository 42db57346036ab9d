// Many requests at one time, and each gets its own answer. The raw protocol does not tell which response
// belongs to which request, and responses come in the order in which the work ends: so the message
// itself has an id, which the worker repeats.
//
//   node out/examples/ask.js

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { json } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { report } from './signals.js';

interface Request {
  id: string;
  number: number;
}
interface Response {
  id: string;
  square: number;
}
interface Waiting {
  resolve: (square: number) => void;
  reject: (error: Error) => void;
}

/** Reads all the time, so that sending never waits for room in vain. */
class Squares {
  readonly #host: Host<typeof json>;
  readonly #waiting = new Map<string, Waiting>();

  constructor(host: Host<typeof json>) {
    this.#host = host;
    host.responses$.subscribe({
      next: (value) => {
        const { id, square } = value as Response;
        // One that is unknown answers a request that was given up, or one of another run.
        this.#waiting.get(id)?.resolve(square);
      },
      error: (error: Error) => {
        this.#fail(error);
      },
      complete: () => {
        this.#fail(new Error('the host is closed'));
      },
    });
  }

  async of(number: number, timeout: number): Promise<number> {
    const request: Request = { id: randomUUID(), number };
    const answer = new Promise<number>((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
    });
    const timer = setTimeout(() => {
      const error = new Error(`no answer for ${number} within ${timeout} ms`);
      this.#waiting.get(request.id)?.reject(error);
    }, timeout);
    try {
      const [square] = await Promise.all([answer, this.#host.send(request, { timeout })]);
      return square;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(request.id);
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}

async function main(): Promise<void> {
  const names = {
    requests: `/ask-${process.pid}-requests`,
    responses: `/ask-${process.pid}-responses`,
  };
  const worker = new Worker({ ...names, codec: json, concurrency: 4 }, async (request) => {
    const { id, number } = request as Request;
    await sleep(Math.random() * 10);
    return { id, square: number * number } satisfies Response;
  });
  const running = worker.run();
  const host = await new Host({ ...names, codec: json }).open();
  try {
    const squares = new Squares(host);
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    const answers = await Promise.all(numbers.map((number) => squares.of(number, 5000)));
    answers.forEach((square, index) => console.log(`${index + 1} * ${index + 1} = ${square}`));
  } finally {
    await worker.close();
    await running;
    await host.close();
  }
}

main().catch(report);
