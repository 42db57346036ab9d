import assert from 'node:assert/strict';
import { queueCharge } from 'posix-mqueue/inspect';
import { temporaryQueue } from 'posix-mqueue/testing';
import { commandsFor } from '#dist/cli/registry.js';
import { decodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { decodeReply } from '#dist/rpc/envelope/reply.js';
import { decodeRequest } from '#dist/rpc/envelope/request.js';
import { startMqueue } from '../support/command.js';
import { allBlocks, SHOWN, treatmentOf } from '../support/block-kinds.js';
import { textOf, type Block } from '../support/markdown.js';
import { inShell } from '../support/mounted.js';
import { canUnshare } from '../support/namespace.js';
import { until } from '../support/code.js';

const ofLanguage = (language: string): Block[] =>
  allBlocks().filter((block) => block.language === language && !block.attributes.has('file'));

describe('the blocks of the documentation', function () {
  this.timeout(60_000);

  it('are looked at, but for those that are named here', () => {
    const others = allBlocks().filter((block) => treatmentOf(block) === undefined);
    const named = others.map(({ page, language }) => `${page} ${language}`);
    assert.deepEqual(named.toSorted(), SHOWN);
  });

  for (const { page, line, text } of ofLanguage('console').filter(
    (block) => !block.text.includes('^C'),
  )) {
    it(`${page}:${line} is what the command prints`, async function () {
      // Reason: this user may not make namespaces, or ThreadSanitizer is preloaded into the shell too.
      if (!canUnshare()) return this.skip();
      const lines = text.trimEnd().split('\n');
      const commands = lines.filter((each) => each.startsWith('$ ')).map((each) => each.slice(2));
      const script = commands.join('\n').replaceAll(/\bmqueue(?= \w)/g, '$mqueue');
      const { code, stdout, stderr } = await inShell(script);
      assert.equal(code, 0, stderr);
      const squeezed = (each: string): string => each.replaceAll(/ +/g, ' ').trimEnd();
      const printed = stdout.toString().split('\n').map(squeezed);
      const shown = lines.filter((each) => !each.startsWith('$ ') && each !== '...').map(squeezed);
      assert.ok(shown.length > 0);
      assert.deepEqual(
        printed.filter((each) => shown.includes(each)),
        shown,
        stdout.toString(),
      );
    });
  }

  it('in which a shell calls the command name options that there are', async () => {
    const calls = ['sh', 'console'].flatMap(ofLanguage).flatMap(({ page, text }) =>
      [...text.matchAll(/\bmqueue ([a-z]+)\b([^|&;#\n]*)/g)].map(([, name = '', rest = '']) => ({
        page,
        name,
        // What is behind two hyphens is another program's.
        options: rest.split(' -- ')[0]?.match(/(?<= )--[a-z][a-z-]*/g) ?? [],
      })),
    );
    assert.ok(calls.length > 20);
    const commands = await commandsFor(undefined);
    const knows = (name: string, option: string): boolean => {
      const command = commands.find((each) => each.name() === name);
      return option === '--help' || command?.options.some(({ long }) => long === option) === true;
    };
    const unknown = calls.flatMap(({ page, name, options }) =>
      options
        .filter((option) => !knows(name, option))
        .map((option) => `${page}: mqueue ${name} ${option}`),
    );
    assert.deepEqual(unknown, []);
  });

  it('command: how send goes on after Ctrl-C is what it prints', async () => {
    const blocks = ofLanguage('console').filter(({ text }) => text.includes('^C'));
    const [shown = ''] = blocks.map(({ text }) => /\^C(mqueue: .*)/.exec(text)?.[1] ?? '');
    const queue = temporaryQueue({ maxMessages: 4, maxMessageSize: 64 });
    const child = startMqueue(['send', queue.name]);
    child.write('a line\n'.repeat(100));
    await until(() => queue.currentMessages === 4, 'a full queue');
    child.kill('SIGINT');
    const { stderr } = await child.end;
    assert.equal(stderr.trimEnd(), shown.replace('1204', '4').replace('1205', '5'));
  });

  const protocol = ofLanguage('text').filter(({ page }) => page === 'docs/protocol.md');
  const envelopes = protocol
    .flatMap(({ text }) => text.trimEnd().split('\n'))
    .filter((line) => line.startsWith('MQ1 '))
    // Shortened there, so that a line fits.
    .map((line) =>
      line.replace(/(?<="sha256":")(\w+)\.\.\./, (_, start: string) => start.padEnd(64, '0')),
    );

  for (const line of envelopes) {
    it(`protocol: ${line} is an envelope`, () => {
      const bytes = Buffer.from(line.replaceAll('<LF>', '\n').replace('<body>', 'x'));
      const decode = line.includes('"dead":')
        ? decodeDeadLetter
        : line.includes('"replyTo":')
          ? decodeRequest
          : decodeReply;
      assert.ok(decode(bytes));
    });
  }

  it('protocol: the example in hexadecimal is the one in text', () => {
    const hex = protocol.map(({ text }) => text.trim()).find((text) => /^[\da-f\s]+$/.test(text));
    const bytes = Buffer.from((hex ?? '').replaceAll(/\s/g, ''), 'hex');
    assert.equal(bytes.toString().replaceAll('\n', '<LF>'), envelopes[0]);
  });

  it('protocol: each block of text is one of these', () => {
    const others = protocol.filter(
      ({ text }) => !text.startsWith('MQ1 ') && !/^[\da-f\s]+$/.test(text),
    );
    assert.deepEqual(
      others.map(({ page, line }) => `${page}:${line}`),
      [],
    );
  });

  it('tuning: what a queue takes is what the kernel charges', () => {
    const number = (text = ''): number => Number(text.replaceAll(',', ''));
    const rows = [
      ...textOf('docs/tuning.md').matchAll(
        /^\| +([\d,]+) \| +([\d,]+) \| +([\d,]+) \| +([\d,]+) \|$/gm,
      ),
    ].map((row) => row.slice(1).map(number));
    assert.ok(rows.length > 5);
    for (const [messages = 0, size = 0, bytes, queues] of rows) {
      const charge = queueCharge(messages, size);
      assert.deepEqual([charge, Math.floor(819_200 / charge)], [bytes, queues]);
    }
  });
});
