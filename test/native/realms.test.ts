import assert from 'node:assert/strict';
import { once } from 'node:events';
import { runInNewContext } from 'node:vm';
import { Message, type Bytes, type Codec } from 'posix-mqueue';
import { toQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { lastValueFrom, of } from 'rxjs';
import { runFixture } from '../support/child.js';
import { errorLike } from '../support/code.js';

/** As code of another realm has it: of no class of this one. */
function foreign<T>(code: string): T {
  return runInNewContext(code) as T;
}

const kinds: [title: string, code: string][] = [
  ['a Uint8Array', 'new Uint8Array([0, 97, 98, 0]).subarray(1, 3)'],
  ['a DataView', 'new DataView(new Uint8Array([0, 97, 98, 0]).buffer, 1, 2)'],
  ['an ArrayBuffer', 'new Uint8Array([97, 98]).buffer'],
  ['a SharedArrayBuffer', 'const b = new SharedArrayBuffer(2); new Uint8Array(b).set([97, 98]); b'],
];

describe('bytes of another realm', () => {
  for (const [title, code] of kinds) {
    it(`are sent: ${title}`, async () => {
      const queue = temporaryQueue();
      const bytes = foreign<Bytes>(code);
      await queue.send(bytes);
      assert.equal(queue.trySend(bytes), true);
      const writer = queue.createWriteStream();
      writer.end(bytes);
      await once(writer, 'finish');
      await queue.send(new Message(foreign<Buffer>(code)));
      const texts = (await queue.receiveMany(4)).map((each) => each.text());
      assert.deepEqual(texts, ['ab', 'ab', 'ab', 'ab']);
      await lastValueFrom(of(bytes).pipe(toQueue(queue)));
      assert.equal(queue.tryReceive()?.text(), 'ab');
    });
  }

  it('are what a codec may return', async () => {
    const queue = temporaryQueue();
    const codec: Codec<string> = {
      encode: () => foreign('new Uint8Array([97, 98])'),
      decode: (data) => data.toString(),
    };
    const writer = queue.createWriteStream({ codec });
    writer.end('any');
    await once(writer, 'finish');
    assert.equal(queue.tryReceive()?.text(), 'ab');
  });

  it('stay out of an error message', () => {
    const argument = foreign<number>('new Uint8Array([115, 101, 99])');
    const text = /not Uint8Array of 3 bytes$/;
    assert.throws(
      () => temporaryQueue({ wait: argument as never }),
      errorLike(TypeError, { code: 'ERR_INVALID_ARG_VALUE' }, text),
    );
  });
});

describe('a program without the globals that jsdom lacks', () => {
  it('imports everything, and sends and receives', async () => {
    const { code, stderr, stdout } = await runFixture('bare-globals').end;
    assert.deepEqual([code, stderr, stdout], [0, '', 'text\n[1]\nETIMEDOUT']);
  });
});
