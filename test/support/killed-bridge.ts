import assert from 'node:assert/strict';
import type { MessageQueue } from 'posix-mqueue';
import type { Child } from './child.js';

/** How a bridge is killed again and again. */
export interface Killed {
  /** Where it takes messages from. */
  readonly from: MessageQueue;
  /** Starts one, which prints 'ready'. */
  readonly start: () => Child;
  /** How many milliseconds it lives from then on. */
  readonly life: () => number;
  /** How often each of the numbers has come on the other side. */
  readonly seen: ReadonlyMap<number, number>;
  /** Whether it was killed and fed enough. */
  readonly enough: (kills: number, sent: number) => boolean;
}

/** What became of it. */
export interface Outcome {
  readonly kills: number;
  readonly sent: number;
  /** How many came more than once. */
  readonly twice: number;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sends the numbers from 0 on through bridges that are killed with -9, and the last ones through one that is not. */
export async function killAgainAndAgain({
  from,
  start,
  life,
  seen,
  enough,
}: Killed): Promise<Outcome> {
  let kills = 0;
  let sent = 0;
  let isFed = false;
  const feeding = (async () => {
    for (; !enough(kills, sent); sent += 1) await from.send(String(sent));
    isFed = true;
  })();
  const isOver = (): boolean => isFed || enough(kills, sent);
  while (!isOver()) {
    const child = start();
    await child.printed('ready');
    for (const since = performance.now(), lives = life(); performance.now() - since < lives;) {
      if (isOver()) break;
      await pause(Math.min(5, lives));
    }
    child.kill('SIGKILL');
    assert.equal((await child.end).signal, 'SIGKILL');
    kills += 1;
  }
  const last = start();
  await last.printed('ready');
  await feeding;
  while (seen.size < sent) await pause(10);
  last.kill('SIGTERM');
  const { code, stderr } = await last.end;
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual([seen.size, Math.max(...seen.keys())], [sent, sent - 1]);
  return { kills, sent, twice: [...seen.values()].filter((times) => times > 1).length };
}
