import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import {
  Host,
  ProgramError,
  programHandler,
  Worker,
  type Failure,
  type ProgramContext,
  type ProgramErrorDetails,
  type ProgramOptions,
} from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { isAlive } from '../support/alive.js';
import { until, unlinkQuietly } from '../support/code.js';
import { runsOthers } from '../support/sanitizer.js';

const never = new AbortController().signal;
const CONTEXT: ProgramContext = { priority: 0, signal: never };

describe('programHandler', function () {
  before(function () {
    // Reason: ThreadSanitizer is preloaded into the programs too, and shells crash of it.
    if (!runsOthers) this.skip();
  });

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mq-program-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a shell command answers to one request. */
  async function answerOf(
    script: string,
    request: string | Uint8Array = '',
    options: ProgramOptions = {},
    context: ProgramContext = CONTEXT,
  ): Promise<Buffer> {
    await using handler = programHandler('sh', ['-c', script, 'sh'], {
      stderr: 'ignore',
      ...options,
    });
    return await handler(Buffer.from(request), context);
  }

  /** How it fails. */
  async function failureOf(
    script: string,
    options: ProgramOptions = {},
    request: string | Uint8Array = '',
  ): Promise<ProgramError> {
    const answer = await answerOf(script, request, options).catch((error: unknown) => error);
    assert.ok(answer instanceof ProgramError, String(answer));
    assert.equal(answer.code, 'ERR_MQ_PROGRAM');
    return answer;
  }

  function assertReason(error: ProgramError, reason: ProgramErrorDetails['reason']): void {
    assert.equal(error.reason, reason, error.message);
  }

  /** Resolves to the number that a program writes into a file, when it is there. */
  async function pidIn(file: string): Promise<number> {
    let text = '';
    await until(() => {
      try {
        text = readFileSync(join(folder, file), 'utf8');
      } catch {
        return false;
      }
      return text.endsWith('\n');
    }, `the number of a process in ${file}`);
    return Number(text);
  }

  it('gives the bytes of a request, and brings what is printed without one newline', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    assert.deepEqual(await answerOf('cat', bytes), bytes);
    assert.equal((await answerOf('echo a; echo; cat', '')).toString(), 'a\n');
    assert.equal((await answerOf('echo', '', { trailingNewline: 'keep' })).toString(), '\n');
    assert.equal((await answerOf('exit 0', 'a')).length, 0);
  });

  it('gives it as the last argument', async () => {
    const print = 'printf "%s|" "$@"';
    assert.equal((await answerOf(print, "a 'b'\n", { input: 'argument' })).toString(), "a 'b'\n|");
    const binary = await failureOf(print, { input: 'argument' }, Buffer.of(0x61, 0));
    assertReason(binary, 'input');
    assert.match(binary.message, /NUL byte/);
    assertReason(await failureOf(print, { input: 'argument' }, Buffer.of(0xff)), 'input');
    assertReason(await failureOf(print, { input: 'argument' }, 'a'.repeat(200_000)), 'start');
  });

  it('tells the program the priority, the attempt and the method, and where it runs', async () => {
    const script = 'echo $MQUEUE_PRIORITY $MQUEUE_ATTEMPT $MQUEUE_METHOD $A; pwd';
    const options = { cwd: folder, env: { PATH: process.env['PATH'], A: 'a' } };
    const context = { ...CONTEXT, priority: 7, attempt: 2, method: 'm' };
    const answer = await answerOf(script, '', options, context);
    assert.equal(answer.toString(), `7 2 m a\n${folder}`);
  });

  it('fails with how the program ended, and with the end of its standard error', async () => {
    const exited = await failureOf('echo no >&2; exit 3');
    assertReason(exited, 'exit');
    assert.deepEqual([exited.exitCode, exited.stderr], [3, 'no']);
    const killed = await failureOf('kill -9 $$');
    assertReason(killed, 'signal');
    assert.equal(killed.signal, 'SIGKILL');
    const much = await failureOf('yes | head -c 100000 >&2; exit 1');
    assert.equal(much.stderr.length, 4095);
  });

  it('ends a program that takes too long, with all that it has started', async () => {
    const script = `trap '' TERM; sleep 1000 & echo $! > ${folder}/pid; wait; sleep 1000`;
    const failing = failureOf(script, { timeout: 300, killAfter: 100 });
    const pid = await pidIn('pid');
    const error = await failing;
    assertReason(error, 'timeout');
    assert.match(error.message, /300 ms.*'timeout'/);
    await until(() => !isAlive(pid), 'the end of what it has started');
  });

  it('ends a program that prints more than a response may have', async () => {
    const error = await failureOf('yes', { maxOutput: 1000 });
    assertReason(error, 'output');
    assert.match(error.message, /1000 bytes/);
    const megabytes = await answerOf('head -c 5000000 /dev/zero', '', { maxOutput: 5_000_000 });
    assert.equal(megabytes.length, 5_000_000);
  });

  it('ends a program that nobody waits for any more', async () => {
    const controller = new AbortController();
    const context = { ...CONTEXT, signal: controller.signal };
    const answering = answerOf(`echo $$ > ${folder}/pid; sleep 1000`, '', {}, context);
    const pid = await pidIn('pid');
    controller.abort('why');
    await assert.rejects(answering, { name: 'AbortError', cause: 'why' });
    assert.ok(!isAlive(pid));
    // Its standard input is a file: nobody is kept by a program that does not read it.
    await assert.rejects(answerOf('sleep 1000', '', {}, context), { name: 'AbortError' });
  });

  it('gives a large request to a program that does not read it', async () => {
    assert.equal((await answerOf('exec <&-; echo a', 'a'.repeat(1_000_000))).toString(), 'a');
  });

  it('refuses what is no program, before anything is run', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o600 });
    for (const command of ['no-such-program', file, folder, '', './sh']) {
      assert.throws(() => programHandler(command), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: /PATH/,
      });
    }
    assert.throws(() => programHandler('sh', [], { env: { PATH: folder } }), TypeError);
    assert.throws(() => programHandler('sh', 'a' as never), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => programHandler('sh', [], { input: 'pipe' as never }), TypeError);
    assert.throws(() => programHandler('sh', [], { timeout: -1 }), RangeError);
  });

  it('fails where a program cannot be started', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '#!/no/such/interpreter\n', { mode: 0o700 });
    await using handler = programHandler(file);
    await assert.rejects(handler(Buffer.of(), CONTEXT), { name: 'ProgramError', reason: 'start' });
  });

  describe("with input 'lines'", () => {
    /** What one program answers to each, one after the other. */
    async function answersOf(
      script: string,
      requests: readonly string[],
      options: ProgramOptions = {},
    ): Promise<(string | Error)[]> {
      await using handler = programHandler('sh', ['-c', script], { input: 'lines', ...options });
      const answers: (string | Error)[] = [];
      for (const request of requests) {
        const answer = handler(Buffer.from(request), CONTEXT);
        answers.push(await answer.then(String, (error: unknown) => error as Error));
      }
      return answers;
    }

    function reasonsOf(answers: readonly (string | Error)[]): string[] {
      return answers.map((each) => (each instanceof ProgramError ? each.reason : String(each)));
    }

    it('has one program answer each line with a line', async () => {
      const script = 'n=0; while read -r line; do n=$((n+1)); echo "$n $line"; done';
      assert.deepEqual(await answersOf(script, ['a', '', 'b\n']), ['1 a', '2 ', '3 b']);
    });

    it('runs as many programs as there are requests in hand, and ends them all', async () => {
      const script = `while read -r line; do echo $$; done`;
      const handler = programHandler('sh', ['-c', script], { input: 'lines' });
      const ask = async (): Promise<number> => Number(await handler(Buffer.of(), CONTEXT));
      const first = await Promise.all([ask(), ask()]);
      assert.equal(new Set(first).size, 2);
      const again = await Promise.all([ask(), ask()]);
      assert.deepEqual(again.toSorted(), first.toSorted());
      await handler.close();
      assert.deepEqual(first.filter(isAlive), []);
    });

    it('starts it anew where it has ended, and does not give it what is no line', async () => {
      const ends = 'read -r line; [ "$line" = bad ] && exit 4; echo "$line"; exec cat';
      const answers = await answersOf(ends, ['bad', 'a', 'b\nc', 'd']);
      assert.deepEqual(reasonsOf(answers), ['exit', 'a', 'input', 'd']);
      assert.match(String(answers[0]), /exit code 4 and had not answered/);
    });

    it('ends one that takes too long, that does not read, or that prints more than it should', async () => {
      const slow = 'while read -r line; do [ $line = slow ] && sleep 1000; echo $line; done';
      const timed = await answersOf(slow, ['a', 'slow', 'b'], { timeout: 300 });
      assert.deepEqual(reasonsOf(timed), ['a', 'timeout', 'b']);
      const deaf = `exec <&-; echo $$ > ${folder}/pid; sleep 1000`;
      assert.deepEqual(reasonsOf(await answersOf(deaf, ['a'.repeat(1_000_000)])), ['input']);
      const two = 'while read -r line; do printf "a\\nb\\n"; done';
      assert.deepEqual(reasonsOf(await answersOf(two, ['a', 'b'])), ['output', 'output']);
      assert.deepEqual(reasonsOf(await answersOf('yes | tr -d "\\n"', ['a'])), ['output']);
    });

    it('warns of a line that nothing asked for', async () => {
      const script =
        'while read -r line; do echo a; [ "$line" = b ] || { read -r go < go; echo more; }; done';
      await using handler = programHandler('sh', ['-c', `mkfifo go; ${script}`], {
        input: 'lines',
        cwd: folder,
      });
      assert.equal(String(await handler(Buffer.from('a'), CONTEXT)), 'a');
      const warned = once(process, 'warning') as Promise<[Error & { code?: string }]>;
      writeFileSync(join(folder, 'go'), 'go\n');
      const [warning] = await warned;
      assert.equal(warning.code, 'MQ_PROGRAM');
      rmSync(join(folder, 'go'));
      assert.equal(String(await handler(Buffer.from('b'), CONTEXT)), 'a');
    });
  });

  it('works for a Worker, which fails where its response is too large for the queue', async () => {
    const transport = new MemoryTransport();
    const names = { requests: '/requests', responses: '/responses', transport, maxMessageSize: 64 };
    await using handler = programHandler('sh', ['-c', 'read -r n; head -c $n /dev/zero']);
    await using host = new Host(names);
    const worker = new Worker(names, handler);
    const failed = once(worker, 'failure') as Promise<[Failure]>;
    const running = worker.run();
    await host.send('100\n');
    const [{ error }] = await failed;
    assert.equal((error as { code?: unknown }).code, 'EMSGSIZE');
    assert.match(String(error), /100 bytes .*\/responses.* 64/);
    await host.send('10\n');
    assert.equal((await host.receive()).length, 10);
    await worker.close();
    await running;
  });

  it('tells the host of an RpcWorker how the program failed', async () => {
    const requests = temporaryName();
    await using handler = programHandler('sh', ['-c', 'echo "$MQUEUE_METHOD?" >&2; exit 3'], {
      stderr: 'ignore',
    });
    await using host = new RpcHost({ requests });
    const worker = new RpcWorker({ requests }, handler);
    worker.on('failure', () => undefined);
    const running = worker.run();
    await assert.rejects(host.request('a', { method: 'm' }), {
      name: 'RpcError',
      code: 'ERR_MQ_PROGRAM',
      message: "Program 'sh' ended with exit code 3",
      data: { reason: 'exit', exitCode: 3, stderr: 'm?' },
    });
    await worker.close();
    await running;
    unlinkQuietly(requests);
  });

  it('ends the program of a request whose deadline has passed', async () => {
    const requests = temporaryName();
    await using handler = programHandler('sh', ['-c', `echo $$ > ${folder}/pid; sleep 1000`]);
    await using host = new RpcHost({ requests });
    const worker = new RpcWorker({ requests }, handler);
    worker.on('failure', () => undefined);
    const running = worker.run();
    const asked = host.request('a', { timeout: 300 });
    const pid = await pidIn('pid');
    await assert.rejects(asked, { code: 'ETIMEDOUT' });
    await until(() => !isAlive(pid), 'the end of the program');
    await worker.close();
    await running;
    unlinkQuietly(requests);
  });
});
