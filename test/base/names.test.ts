import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { checkName, findMount } from '#dist/base/names.js';
import { errorLike } from '../support/code.js';
import { canUnshare, runUnshared } from '../support/namespace.js';

describe('queue names', () => {
  it('are refused for the system call that was meant', () => {
    const details = { code: 'EINVAL', errno: -22, syscall: 'mq_unlink', queue: 'jobs' };
    assert.throws(() => MessageQueue.unlink('jobs'), errorLike(TypeError, details, /"\/jobs"/));
  });

  // As mq_open(3) has it: a second slash counts before the length.
  const refused: [name: string, code: string, text: RegExp][] = [
    ['/a/', 'EACCES', /second slash/],
    [`/${'x'.repeat(300)}/y`, 'EACCES', /second slash/],
    [`/${'€'.repeat(86)}`, 'ENAMETOOLONG', /258 bytes.* 255 /],
    ['a/b', 'EINVAL', /did you mean "\/a\/b"/],
    ['/half\ud800', 'EINVAL', /surrogate/],
    ['/\udc00half', 'EINVAL', /surrogate/],
  ];
  for (const [name, code, text] of refused) {
    it(`${JSON.stringify(name.slice(0, 12))} is ${code}`, () => {
      assert.throws(() => checkName(name), errorLike(TypeError, { code, queue: name }, text));
    });
  }

  it('may have dots, blanks and whole surrogate pairs', () => {
    for (const name of ['/...', '/.a', '/a b', '/\u{1F600}', `/${'€'.repeat(85)}`]) {
      assert.doesNotThrow(() => checkName(name));
    }
  });

  it('are cut in the text of an error, and whole in its queue', () => {
    const name = 'x'.repeat(5000);
    const short = (error: Error): boolean => error.message.length < 200;
    assert.throws(
      () => checkName(`/${name}`),
      (error: Error) => short(error) && errorLike(TypeError, { queue: `/${name}` })(error),
    );
  });
});

describe('the list of queues', () => {
  it('is read from the mqueue file system, sorted', function () {
    // Reason: mounting it needs namespaces, which this user may not make.
    if (!canUnshare()) this.skip();
    const output = runUnshared(
      'mount -t tmpfs none /mnt && mkdir "/mnt/my queues" && mount -t mqueue none "/mnt/my queues"',
      `import { MessageQueue } from 'posix-mqueue';
       const open = (name) =>
         MessageQueue.open(name, { create: true, maxMessages: 1, maxMessageSize: 8 });
       const none = await MessageQueue.list();
       for (const name of ['/b', '/a', '/ü']) open(name);
       console.log(JSON.stringify([none, await MessageQueue.list()]));
       process.exit();`,
    );
    assert.deepEqual(JSON.parse(output), [[], ['/a', '/b', '/ü']]);
  });

  it('is read where the file system was mounted last', () => {
    const mountinfo = [
      '30 23 0:20 / /dev/mqueue rw,nosuid shared:9 - mqueue mqueue rw',
      '31 23 0:21 / /tmp rw - tmpfs tmpfs rw',
      '32 23 0:45 / /mnt/my\\040queues rw - mqueue none rw',
    ].join('\n');
    assert.equal(findMount(mountinfo), '/mnt/my queues');
    assert.equal(findMount('31 23 0:21 / /tmp rw - tmpfs tmpfs rw'), undefined);
  });
});
