import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type } from 'arktype';
import { json, type Codec, type StandardIssue, type StandardSchema } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import * as v from 'valibot';
import { z } from 'zod';

interface Job {
  id: number;
  tags: string[];
}

const good = { id: 7, tags: ['a'] };
const bad = { id: 'hunter2', tags: ['a', 5] };

/** A schema made by hand. */
function schema<T>(validate: StandardSchema<T>['~standard']['validate']): StandardSchema<T> {
  return { '~standard': { version: 1, vendor: 'by hand', validate: validate as never } };
}

function failing(...paths: StandardIssue['path'][]): Codec<unknown> {
  const issues = paths.map((path) => ({ message: 'hunter2 is wrong', path }));
  return json(schema(() => ({ issues })));
}

function thrown(codec: Codec<never, unknown>, text: string): Error & { code?: unknown } {
  try {
    codec.decode(Buffer.from(text));
  } catch (error) {
    return error as Error;
  }
  assert.fail('decoded what it should not');
}

describe('json with a Standard Schema', () => {
  const libraries: [string, Codec<Job>][] = [
    ['zod', json(z.object({ id: z.number(), tags: z.array(z.string()) }))],
    ['valibot', json(v.object({ id: v.number(), tags: v.array(v.string()) }))],
    ['arktype', json(type({ id: 'number', tags: 'string[]' }))],
  ];

  for (const [name, codec] of libraries) {
    it(`of ${name}: takes what matches, names the places of what does not, and quotes nothing`, () => {
      assert.deepEqual(codec.decode(Buffer.from(codec.encode(good))), good);
      const error = thrown(codec, JSON.stringify(bad));
      assert.ok(error instanceof TypeError);
      assert.equal(error.code, 'ERR_MQ_SCHEMA');
      assert.match(error.message, /'id', 'tags\.1'/);
      assert.doesNotMatch(inspect(error), /hunter2/);
      assert.equal((error as unknown as { issues: unknown[] }).issues.length, 2);
    });
  }

  it('gives what the schema makes of a value', () => {
    const dates = json(z.iso.datetime().transform((text) => new Date(text)));
    const date = dates.decode(Buffer.from(dates.encode('2026-11-25T00:00:00Z')));
    assert.equal(date.getTime(), Date.UTC(2026, 10, 25));
  });

  it('says what to do about a schema that validates asynchronously, and leaves no rejection', async () => {
    for (const answer of [Promise.resolve({ value: 1 }), Promise.reject(new Error('hunter2'))]) {
      const error = thrown(json(schema(() => answer)), '1');
      assert.match(error.message, /asynchronously.*without/);
      assert.equal(error.code, 'ERR_MQ_SCHEMA');
    }
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('names at most five places, none of them long, each once', () => {
    const error = thrown(
      failing(['x'.repeat(1000)], undefined, [], ['a', { key: 0 }], ['a', 0]),
      '1',
    );
    assert.match(error.message, /'x{57}\.\.\.', its top, 'a\.0' \(/);
    const many = failing(...Array.from({ length: 9 }, (_, index) => [index, Symbol('s')]));
    assert.match(thrown(many, '1').message, /'4\.Symbol\(s\)' and 4 more/);
  });

  it('lets what a schema throws through', () => {
    const error = new Error('own');
    const codec = json(
      schema(() => {
        throw error;
      }),
    );
    assert.equal(thrown(codec, '1'), error);
  });

  it('refuses what is neither a function nor a schema', () => {
    for (const check of [null, 1, {}, { '~standard': {} }]) {
      assert.throws(() => json(check as never), { code: 'ERR_INVALID_ARG_TYPE' });
    }
  });

  it('makes a message invalid, and the text of the error says where', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    await queue.send(JSON.stringify(bad));
    const stream = queue.createReadStream({ codec: json(type({ id: 'number' })) });
    await assert.rejects(
      async () => {
        for await (const value of stream) assert.fail(typeof value);
      },
      (error: Error) => {
        assert.match(String(error.cause), /at 'id'/);
        assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /hunter2/);
        return true;
      },
    );
  });
});
