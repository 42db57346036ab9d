import type { Bodies } from './bodies.js';
import type { Sink } from './call.js';
import type { ValueSink } from './reply-stream.js';

/** The value of the last reply. */
export function lastInto(
  bodies: Bodies,
  resolve: (value: unknown) => void,
  reject: (error: Error) => void,
): Sink {
  let last: [body: Buffer, priority: number];
  return {
    reply: (body, priority) => {
      last = [body, priority];
    },
    end: () => {
      try {
        resolve(bodies.decode(...last));
      } catch (error) {
        reject(error as Error);
      }
    },
    fail: reject,
  };
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
