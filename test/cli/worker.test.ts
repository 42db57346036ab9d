import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { RpcHost } from 'posix-mqueue/rpc';
import { temporaryName } from 'posix-mqueue/testing';
import { COMMAND, mqueue, runProgram } from '../support/command.js';
import { exists } from '../support/exists.js';
import { Gates } from '../support/gates.js';
import { endBy, endedBy, WorkerQueues } from '../support/program-worker.js';
import { runsOthers } from '../support/sanitizer.js';

describe('mqueue worker', function () {
  // Each starts the command several times.
  this.timeout(20_000);

  before(function () {
    // Reason: ThreadSanitizer is preloaded into the programs too, and shells crash of it.
    if (!runsOthers) this.skip();
  });

  let queues: WorkerQueues;
  let gates: Gates;
  beforeEach(() => {
    queues = new WorkerQueues();
    gates = new Gates();
  });
  afterEach(async () => {
    await queues.close();
    gates.remove();
  });

  it('has a fresh program answer each request', async () => {
    const child = await queues.start('printf "%s: " $$; cat; echo');
    const [first, second] = [await queues.ask('a'), await queues.ask('b\n')];
    assert.match(first, /^\d+: a$/);
    assert.match(second, /^\d+: b\n$/);
    assert.notEqual(first.split(':')[0], second.split(':')[0]);
    await endBy(child, 'SIGTERM');
  });

  it('gives it as an argument, and keeps the newline', async () => {
    const child = await queues.start('echo "<$1>"', ['--arg', '--keep-newline']);
    assert.equal(await queues.ask('a b'), '<a b>\n');
    await endBy(child, 'SIGINT');
  });

  it('has one program answer a line with a line', async () => {
    const script = 'while read -r line; do echo "$((n += 1)) $line"; done';
    const child = await queues.start(`n=0; ${script}`, ['--lines']);
    assert.deepEqual([await queues.ask('a'), await queues.ask('b')], ['1 a', '2 b']);
    await endBy(child, 'SIGHUP');
  });

  it('buries what it can print nowhere, and ends', async () => {
    const { requests, deadLetters } = queues;
    await requests.send('a');
    const line = `$0 "$@" > /dev/full`;
    const args = ['worker', requests.name, '--dead-letter', deadLetters, '--', 'cat'];
    const ended = await runProgram('sh', ['-c', line, process.execPath, COMMAND, ...args]);
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(ended.stderr, /standard output takes no more/);
    await using dead = MessageQueue.open(deadLetters);
    assert.match((await dead.receive()).text(), /"reason":"failed".*\na$/);
  });

  it('prints what has no queue to go to, as it is', async () => {
    const child = await queues.startAlone('cat; printf "\\n\\n.\\n"');
    await queues.requests.send('a');
    await child.printed('.');
    await endBy(child, 'SIGTERM');
    assert.equal((await child.end).stdout, 'a\n\n.');
    const byLines = await queues.startAlone('while read -r line; do echo "<$line>"; done', [
      '--lines',
    ]);
    await queues.requests.send('a');
    await byLines.printed('<a>');
    await endBy(byLines, 'SIGTERM');
  });

  it('ends when nobody reads what it prints', async () => {
    const child = await queues.startAlone('cat');
    child.process.stdout?.destroy();
    await queues.requests.send('a');
    await endedBy(child, 'SIGPIPE');
  });

  it('works on several requests at one time', async () => {
    const script = `read -r own; case $own in a) ${gates.wait('a')};; b) ${gates.wait('b')};; esac; echo $own`;
    const child = await queues.start(script, ['--concurrency', '2']);
    await queues.requests.send('a\n');
    await queues.requests.send('b\n');
    await Promise.all([gates.reached('a'), gates.reached('b')]);
    gates.open('b');
    assert.equal(await queues.answer(), 'b');
    gates.open('a');
    assert.equal(await queues.answer(), 'a');
    await endBy(child, 'SIGTERM');
  });

  it('tells of each program that fails, passes on what it says, and goes on', async () => {
    const script =
      'read -r code; echo "says $code" >&2; [ "$code" = 9 ] && kill -9 $$; exit "$code"';
    const child = await queues.start(script);
    for (const [code, failure] of [
      ['3', /a request of \S+ failed: Program 'sh' ended with exit code 3/],
      ['9', /failed: Program 'sh' was ended by SIGKILL/],
    ] as const) {
      await queues.requests.send(`${code}\n`);
      await child.erred(failure);
      await child.erred(new RegExp(`says ${code}`));
    }
    assert.equal(await queues.ask('0\n'), '');
    await endBy(child, 'SIGTERM');
  });

  it('puts requests that failed among the dead letters', async () => {
    const child = await queues.start('exit 3', ['--dead-letter', queues.deadLetters]);
    await queues.requests.send('a');
    const dead = await MessageQueue.waitFor(queues.deadLetters);
    const letter = (await dead.receive()).text();
    assert.match(letter, /^MQ1 \{"dead":\{"reason":"failed",.*exit code 3.*\}\na$/);
    await dead.close();
    await endBy(child, 'SIGTERM');
  });

  it('ends a program that takes too long', async () => {
    const script = `read -r word; [ "$word" = slow ] && sleep 1000; echo "$word"`;
    const child = await queues.start(script, ['--timeout', '300ms']);
    await queues.requests.send('slow\n');
    await child.erred(/took longer than 300 ms.* longer --timeout/);
    assert.equal(await queues.ask('a\n'), 'a');
    await endBy(child, 'SIGTERM');
  });

  it('tells what does not fit into the queue of responses, megabytes too', async () => {
    const child = await queues.start('read -r size; head -c "$size" /dev/zero; sleep 0');
    await queues.requests.send('257\n');
    await child.erred(/257 bytes is too large for queue '\S+', whose maxMessageSize is 256/);
    await queues.requests.send('100000000\n');
    await child.erred(/printed more than 1048576 bytes/);
    assert.equal((await queues.ask('256\n')).length, 256);
    await endBy(child, 'SIGTERM');
  });

  it('takes the answer of a program that closes its input', async () => {
    const child = await queues.start('exec <&-; echo a');
    assert.equal(await queues.ask('x'.repeat(256)), 'a');
    await endBy(child, 'SIGTERM');
  });

  it('speaks the protocol MQ1', async () => {
    const script =
      'read -r word; [ "$word" = bad ] && { echo why >&2; exit 3; }; echo "$MQUEUE_METHOD $word"';
    const child = await queues.startAlone(script, ['--rpc', '--concurrency', '2']);
    await using host = new RpcHost({ requests: queues.names[0], onMismatch: 'keep' });
    const reply = await host.request('good\n', { method: 'm' });
    assert.equal(reply.toString(), 'm good');
    await assert.rejects(host.request('bad\n'), {
      code: 'ERR_MQ_PROGRAM',
      data: { reason: 'exit', exitCode: 3, stderr: 'why' },
    });
    await child.erred(/failed: Program 'sh' ended with exit code 3/);
    await endBy(child, 'SIGTERM');
  });

  it('gives up a request with which workers were killed', async () => {
    const options = ['--redelivery', '--max-attempts', '1', '--dead-letter', queues.deadLetters];
    const script = `read -r word; [ "$word" = hold ] && { ${gates.wait('a')}; }; echo "$MQUEUE_ATTEMPT"`;
    const first = await queues.start(script, options);
    await queues.requests.send('hold\n');
    await gates.reached('a');
    await endBy(first, 'SIGKILL');
    const second = await queues.start(script, options);
    const dead = await MessageQueue.waitFor(queues.deadLetters);
    assert.match((await dead.receive()).text(), /^MQ1 \{"dead":\{"reason":"attempts".*\}\nhold\n$/);
    await dead.close();
    assert.equal(await queues.ask('a\n'), '0');
    await endBy(second, 'SIGTERM');
  });

  it('makes no queues where it is not to', async () => {
    const [requests, responses] = [temporaryName(), temporaryName()];
    const refused = await mqueue(['worker', '--no-create', requests, responses, '--', 'cat']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^mqueue: there is no queue \S+\. Make it with mqueue create/);
    assert.ok(!exists(requests));
  });

  it('refuses a wrong command line, before anything is taken or made', async () => {
    const [own] = queues.names;
    const other = temporaryName();
    await queues.requests.send('kept');
    for (const [args, text] of [
      [[own], /missing.*behind --/],
      [[own, other, 'cat'], /missing.*behind --/],
      [['--', 'cat'], /which queue/],
      [[own, other, 'c', '--', 'cat'], /one queue too many: \/c/],
      [[own, other, '--rpc', '--', 'cat'], /leave \S+ out/],
      [[own, '--lines', '--arg', '--', 'cat'], /cannot be used with/],
      [[own, '--concurrency', '0', '--', 'cat'], /1 to 10000/],
      [[own, other, '--', 'no-such-program', 'a'], /<program> must be.*PATH.*'no-such-program'/],
      [[own, own, '--', 'cat'], /<responses> must be another queue than <requests>/],
      [[own, '--size', '99999999', '--', 'cat'], /--size must be/],
    ] as const) {
      const { code, stdout, stderr } = await mqueue(['worker', ...args]);
      assert.deepEqual([code, stdout.toString()], [2, ''], stderr);
      assert.match(stderr, text);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
    assert.equal(queues.requests.currentMessages, 1);
    assert.ok(!exists(other));
  });
});
