import { clearTimeout, setTimeout } from 'node:timers';
import type { AmqpTransport } from '../../amqp.js';
import { notice } from './notice.js';

/** Milliseconds: a broker that is there is reached before. */
const PATIENCE = 2000;

/** Says for whom it waits, so long as a broker is not reached. */
export function tellOfBroker({ state$ }: AmqpTransport, queue: string): void {
  let told = false;
  let timer: NodeJS.Timeout | undefined;
  state$.subscribe((state) => {
    clearTimeout(timer);
    if (state === 'connecting') {
      timer = setTimeout(() => {
        told = true;
        notice(`waits for the broker of ${queue}, which is not reached. Is its address right?`);
      }, PATIENCE).unref();
    } else if (told && state === 'connected') {
      told = false;
      notice(`the broker of ${queue} is reached`);
    }
  });
}
