import type { Bodies } from './bodies.js';
import type { Sink } from './call.js';
import type { ValueSink } from './reply-stream.js';

/** The value of the last reply. */
export function lastOf(bodies: Bodies, begin: (sink: Sink) => void): Promise<unknown> {
  const received = new Promise<[body: Buffer, priority: number]>((resolve, reject) => {
    let last: [body: Buffer, priority: number];
    begin({
      reply: (body, priority) => {
        last = [body, priority];
      },
      end: () => {
        resolve(last);
      },
      fail: reject,
    });
  });
  // Not by whoever receives the reply: a codec may be the caller's own, and so is its async context.
  return received.then((last) => bodies.decode(...last));
}

/** The values of all replies. An empty last one is only the end. */
export function allInto(bodies: Bodies, sink: ValueSink<unknown>): Sink {
  let failed = false;
  const fail = (error: Error): void => {
    if (failed) return;
    failed = true;
    sink.fail(error);
  };
  return {
    reply: (body, priority, more) => {
      if (failed || (!more && body.length === 0)) return;
      let value: unknown;
      try {
        value = bodies.decode(body, priority);
      } catch (error) {
        fail(error as Error);
        return;
      }
      sink.next(value);
    },
    end: () => {
      if (!failed) sink.end();
    },
    fail,
  };
}
