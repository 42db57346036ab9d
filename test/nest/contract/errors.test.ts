import assert from 'node:assert/strict';
import { Catch, Controller, UseFilters, type ExceptionFilter } from '@nestjs/common';
import { BaseRpcExceptionFilter, MessagePattern, RpcException } from '@nestjs/microservices';
import {
  catchError,
  concat,
  of,
  throwError,
  timeout,
  TimeoutError,
  NEVER,
  type Observable,
} from 'rxjs';
import { allOf, failureOf, overNestTransports } from '../../support/nest.js';

const FORBIDDEN = 'Internal server error';

class Refused extends Error {}

@Catch(Refused)
class RefusedFilter implements ExceptionFilter {
  catch(error: Refused): Observable<never> {
    return throwError(() => `refused: ${error.message}`);
  }
}

@Catch()
class AsTheyAre extends BaseRpcExceptionFilter {
  override catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

@Controller()
class ErrorsController {
  @MessagePattern('text')
  text(): never {
    throw new RpcException('No such thing');
  }

  @MessagePattern('object')
  object(value: object): never {
    throw new RpcException(value);
  }

  @MessagePattern('plain')
  plain(): never {
    throw new Error('a secret');
  }

  @MessagePattern('rejected')
  async rejected(): Promise<never> {
    throw new RpcException({ code: 'E_OWN', message: 'mine', details: [1] });
  }

  @MessagePattern('middle')
  middle(): Observable<number> {
    return concat(
      of(1, 2),
      throwError(() => new RpcException('in the middle')),
    );
  }

  @UseFilters(RefusedFilter)
  @MessagePattern('filtered')
  filtered(why: string): never {
    throw new Refused(why);
  }

  @UseFilters(AsTheyAre)
  @MessagePattern('any')
  any(value: unknown): never {
    throw value;
  }

  @MessagePattern('never')
  never(): Observable<never> {
    return NEVER;
  }
}

overNestTransports('Errors of a Nest microservice', (bench) => {
  const fail = (pattern: unknown, data: unknown): Promise<unknown> =>
    failureOf(bench().client().send(pattern, data));

  beforeEach(async () => {
    await bench().start([ErrorsController]);
  });

  it('are those of an RpcException with a text or an object, whatever its size', async () => {
    const text = { status: 'error', message: 'No such thing' };
    assert.deepEqual(await fail('text', 0), text);
    const mine = { code: 'E_OWN', message: 'mine', details: [1] };
    assert.deepEqual(await fail('rejected', 0), mine);
    const large = { code: 400, message: 'ä'.repeat(2000), errors: Array(500).fill({ at: 'x' }) };
    for (const value of [{}, { err: 1 }, { $nest: 1 }, large]) {
      assert.deepEqual(await fail('object', value), value);
    }
  });

  it('tell nothing of any other, and log it', async () => {
    assert.deepEqual(await fail('plain', 0), { status: 'error', message: FORBIDDEN });
    assert.deepEqual(bench().log.errors.map(String), ['Error: a secret']);
  });

  it('come behind the values that were there before', async () => {
    const response$ = bench().client().send('middle', 0);
    const values = await allOf(
      response$.pipe(catchError((error: unknown) => of({ caught: error }))),
    );
    const caught = { status: 'error', message: 'in the middle' };
    assert.deepEqual(values, [1, 2, { caught }]);
  });

  it('are what exception filters make of them, be it no object', async () => {
    assert.equal(await fail('filtered', 'why'), 'refused: why');
    for (const value of ['x', 1, true, { a: null }, ['b']]) {
      assert.deepEqual(await fail('any', value), value);
    }
    assert.deepEqual(await allOf(bench().client().send('any', 0)), [], 'no error for JavaScript');
  });

  it('say that there is no handler, and no more', async () => {
    const text = 'There is no matching message handler defined in the remote service.';
    for (const pattern of ['nobody', { cmd: 'text' }, 'x'.repeat(500)]) {
      assert.equal(await fail(pattern, 0), text);
    }
    assert.deepEqual(bench().log.errors, []);
  });

  it('are the timeouts of RxJS, and the next request is answered', async () => {
    const client = bench().client();
    await client.connect();
    const error = await failureOf(client.send('never', 0).pipe(timeout(30)));
    assert.ok(error instanceof TimeoutError);
    assert.equal(await failureOf(client.send('filtered', 'why')), 'refused: why');
  });

  it('are told of a value that has no JSON', async () => {
    const error = await fail('any', 1n);
    assert.ok(error instanceof Error);
  });
});
