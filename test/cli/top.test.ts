import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import type { Child } from '../support/child.js';
import { mqueue, printedBy } from '../support/command.js';
import { hasTerminals, onTerminal } from '../support/terminal.js';

const ESCAPE = '\u001b';
const LEFT_AS_IT_WAS = `${ESCAPE}[?1049l`;
const CURSOR = `${ESCAPE}[?25h`;

/** The command with that word in its command line, whatever shell started it. */
function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [program = '', ...parts] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return program === process.execPath && parts.includes(word);
      } catch {
        return false; // has ended
      }
    });
}

describe('mqueue top', function () {
  this.timeout(30_000);

  let full: MessageQueue;
  let empty: MessageQueue;

  beforeEach(async () => {
    full = temporaryQueue({ maxMessages: 2, maxMessageSize: 64 });
    empty = temporaryQueue({ maxMessages: 4, maxMessageSize: 64, wait: 'worker' });
    await full.send('a');
    await full.send('b');
  });

  it('prints one picture where there is no terminal, and takes nothing', async () => {
    const receiving = empty.receive();
    const printed = await printedBy(['top', full.name, empty.name, '--every', '100ms']);
    const [head, ...rows] = printed.trimEnd().split('\n');
    assert.match(head ?? '', /^NAME +FILL +MESSAGES +IN\/s +OUT\/s +OPEN BY/);
    assert.equal(rows.length, 2);
    const row = (messages: string): string => rows.find((each) => each.includes(messages)) ?? '';
    assert.match(row('2/2'), /^\/mq-test.* \[#{10}\] +2\/2 +0 +0 +node/);
    assert.match(row('0/4'), /^\/mq-test.* \[-{10}\] +0\/4 +0 +0 +node\(\d+\)\*$/);
    assert.ok(printed.split('\n').every((line) => line.length <= 80));
    await empty.send('c');
    assert.equal((await receiving).text(), 'c');
    assert.equal(full.tryReceive()?.text(), 'a');
  });

  it('shows on a narrow terminal what there is room for', async function () {
    // Reason: script(1) of util-linux gives one to a command, and is missing here.
    if (!hasTerminals()) this.skip();
    const heads: [width: number, head: RegExp][] = [
      [80, /^NAME +FILL +MESSAGES +IN\/s +OUT\/s +OPEN BY \(\*waits\)$/m],
      [60, /^NAME +MESSAGES +IN\/s +OUT\/s +OPEN BY \(\*waits\)$/m],
      [40, /^NAME +MESSAGES +IN\/s +OUT\/s$/m],
      [30, /^NAME +MESSAGES$/m],
    ];
    for (const [width, head] of heads) {
      // Without a keyboard it prints one picture.
      const top = `NO_COLOR=1 $mqueue top ${full.name} --every 1ms < /dev/null`;
      const { stdout } = await onTerminal(`stty cols ${width}; ${top}`).end;
      assert.match(stdout, head);
      assert.match(stdout, / 2\/2\b/);
      assert.ok(
        stdout.split('\n').every((line) => line.length <= width),
        stdout,
      );
    }
  });

  it('sees what comes and goes', async () => {
    const printing = mqueue(['top', '--json', full.name, '--every', '2s']);
    let ended = false;
    void printing.finally(() => (ended = true));
    for (let number = 0; !ended; number += 1) {
      full.tryReceive();
      // Longer than from one look to the next.
      await new Promise((resolve) => setTimeout(resolve, 30));
      full.trySend(String(number));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const [{ incoming, outgoing } = { incoming: 0, outgoing: 0 }] = JSON.parse(
      (await printing).stdout.toString(),
    ) as { incoming: number; outgoing: number }[];
    assert.ok(incoming > 0 && outgoing > 0, `${incoming} in, ${outgoing} out`);
  });

  it('shows nothing of a queue that is not there', async () => {
    assert.equal(await printedBy(['top', '--json', temporaryName(), '--every', '1ms']), '[]\n');
  });

  describe('on a terminal', () => {
    before(function () {
      // Reason: script(1) of util-linux gives one to a command, and is missing here.
      if (!hasTerminals()) this.skip();
    });

    /** It runs, and what the terminal is set to is printed when it has ended. */
    function start(): Child {
      return onTerminal(`$mqueue top ${full.name} ${empty.name}; echo "ended $?"; stty -a`);
    }

    async function end(child: Child, code: number): Promise<void> {
      const { stdout } = await child.end;
      assert.match(stdout, new RegExp(`ended ${code}\\b`));
      assert.ok(stdout.includes(LEFT_AS_IT_WAS) && stdout.includes(CURSOR));
      assert.match(stdout, / icanon\b/);
      assert.match(stdout, / echo\b/);
    }

    it('shows them live until q is typed, and leaves the terminal as it was', async () => {
      const child = start();
      await child.shown(/2 of 2 queues/);
      await empty.send('c');
      await child.shown(/1\/4/);
      child.write('q');
      await end(child, 0);
    });

    it('sorts and filters', async () => {
      const child = start();
      await child.shown(/2 of 2 queues/);
      child.write('f');
      await child.shown(/f:\[fill\]/);
      child.write(`/${full.name.slice(-6)}`);
      await child.shown(new RegExp(`filter: ${full.name.slice(-6)}_`));
      await child.shown(/1 of 2 queues/);
      child.write('\r');
      await child.shown(/1 of 2 queues[^]*\/:filter '/);
      child.write('\u0003');
      await end(child, 0);
    });

    it('leaves the terminal as it was when it is ended by a signal', async () => {
      const child = start();
      await child.shown(/2 of 2 queues/);
      const [top = 0] = processesWith(full.name);
      process.kill(top, 'SIGTERM');
      await end(child, 128 + constants.signals.SIGTERM);
    });
  });
});
