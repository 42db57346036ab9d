import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { Garbage, GarbageReport } from 'posix-mqueue/inspect';
import { inShell } from '../support/mounted.js';
import { canUnshare } from '../support/namespace.js';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));

describe('mqueue gc', function () {
  this.timeout(30_000);

  before(function () {
    // Reason: it has queues and shared memory of its own, so that it collects nothing of others.
    if (!canUnshare()) this.skip();
  });

  /** What each `gc --json` of these commands of a shell found, in their order. */
  async function reports(commands: string): Promise<GarbageReport[]> {
    const { code, stdout, stderr } = await inShell(`
      mount -t tmpfs none /dev/shm
      export TMPDIR=$(mktemp -d)
      gc() { $mqueue gc --json "$@" | tr -d '\\n'; echo; }
      until_there() { until compgen -G "$1" > /dev/null; do sleep 0.05; done; }
      killed() { kill -9 $!; wait $! || true; }
      ${commands}
      rm -r $TMPDIR`);
    assert.equal(code, 0, stderr);
    const lines = stdout
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line) as GarbageReport);
  }
  const kinds = ({ garbage }: GarbageReport): Garbage['kind'][] =>
    garbage.map(({ kind }) => kind).toSorted();

  it('removes the reply queue and the bodies of a host of rpc once it is dead', async () => {
    const [living, dry, removed, none] = await reports(`
      ${process.execPath} ${fixture('rpc-spills')} host /requests > /dev/null &
      until_there '/dev/shm/*/body-*-1'
      until_there '/tmp/mq/mq-reply-*'
      gc --trust-visible
      killed
      gc --trust-visible --dry-run
      gc --trust-visible
      gc --trust-visible`);
    assert.deepEqual(living?.garbage, []);
    assert.ok(dry !== undefined);
    assert.deepEqual(kinds(dry), ['body', 'body', 'reply queue']);
    assert.ok(dry.garbage.some(({ kind, bytes }) => kind === 'body' && bytes === 100_000));
    assert.deepEqual(removed, dry);
    assert.deepEqual(none?.garbage, []);
  });

  it('removes empty files of receivers that are dead, and none with a message', async () => {
    const receiver = `
      import { PosixTransport } from 'posix-mqueue/service';
      const [queue, refuse] = process.argv.slice(1);
      const receiver = await new PosixTransport().openReceiver(queue, { redelivery: true });
      const delivery = await receiver.next();
      if (refuse === 'refuse') await delivery.nack({ requeue: false });
      process.kill(process.pid, 'SIGKILL');`;
    const [living, removed, none] = await reports(`
      for name in empty held refused; do $mqueue create $name --depth 1 --size 64; done
      node() { ${process.execPath} --input-type=module -e "$@"; }
      send="import { MessageQueue } from 'posix-mqueue'; await MessageQueue.open(process.argv[1]).send('a')"
      node "$send" /held
      node "$send" /refused
      node "${receiver}" /held || true
      node "${receiver}" /refused refuse || true
      ls /dev/shm/*/* > $TMPDIR/before
      ${process.execPath} --input-type=module -e "${receiver}" /empty &
      until [ $(ls /dev/shm/*/* | wc -l) = 3 ]; do sleep 0.05; done
      gc
      killed
      gc
      ls /dev/shm/*/* | cmp - $TMPDIR/before
      gc`);
    assert.deepEqual(living?.garbage, []);
    assert.deepEqual(removed && kinds(removed), ['lease']);
    assert.deepEqual(none?.garbage, []);
  });

  it('removes temporary queues of a test run that was killed', async () => {
    const [living, removed, none] = await reports(`
      ${process.execPath} ${fixture('temporary-holds')} > /dev/null &
      until_there '/tmp/mq/mq-test-*'
      gc
      killed
      gc
      gc`);
    assert.deepEqual(living?.garbage, []);
    assert.deepEqual(removed && kinds(removed), ['temporary queue']);
    assert.deepEqual(none?.garbage, []);
  });

  it('leaves reply queues alone where it cannot see who has them open', async () => {
    const { code, stdout, stderr } = await inShell(`
      mount -t tmpfs none /dev/shm
      export TMPDIR=$(mktemp -d)
      $mqueue create mq-reply-0123456789abcdef --depth 1 --size 64
      unshare --pid --fork --mount-proc $mqueue gc
      $mqueue gc --trust-visible
      rm -r $TMPDIR`);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^0 removed\nreply queues were left alone: .*--trust-visible\n1 removed\n$/,
    );
    assert.match(
      stdout.toString(),
      /^KIND .*\nreply queue {2}\/mq-reply-0123456789abcdef +\d+ +0\n$/,
    );
  });

  it('says that it needs the mqueue file system to find reply queues', async () => {
    const { code, stderr } = await inShell('umount /tmp/mq; $mqueue gc');
    assert.equal(code, 0);
    assert.match(stderr, /left alone: .*not mounted.*--mount/);
  });
});
