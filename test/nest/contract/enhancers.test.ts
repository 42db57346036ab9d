import assert from 'node:assert/strict';
import {
  Controller,
  createParamDecorator,
  Inject,
  ParseIntPipe,
  Scope,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentMetadata,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import {
  BaseRpcContext,
  CONTEXT,
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  type RequestContext,
} from '@nestjs/microservices';
import { map, of, tap, toArray, type Observable } from 'rxjs';
import { until } from '../../support/code.js';
import { allOf, failureOf, overNestTransports } from '../../support/nest.js';

const seen: unknown[] = [];

class Doubled implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler<number>): Observable<number> {
    return next.handle().pipe(map((value) => value * 2));
  }
}

class Collected implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler<number>): Observable<unknown> {
    return next.handle().pipe(
      toArray(),
      tap((values) => seen.push(values)),
    );
  }
}

class Cached implements NestInterceptor {
  intercept(): Observable<string> {
    return of('cached');
  }
}

class Trimmed implements PipeTransform<string, string> {
  transform(value: string, { type }: ArgumentMetadata): string {
    return type === 'body' ? value.trim() : value;
  }
}

class Positive implements PipeTransform<number, number> {
  transform(value: number): number {
    if (value <= 0) throw new RpcException({ status: 'error', message: 'not positive', value });
    return value;
  }
}

class OnlyYes implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const rpc = context.switchToRpc();
    seen.push([context.getType(), rpc.getContext<BaseRpcContext>() instanceof BaseRpcContext]);
    return rpc.getData<string>() === 'yes';
  }
}

const Upper = createParamDecorator((_: unknown, context: ExecutionContext) =>
  String(context.switchToRpc().getData()).toUpperCase(),
);

@Controller()
class EnhancedController {
  @UseInterceptors(Doubled)
  @MessagePattern('doubled')
  doubled(values: number[]): Observable<number> {
    return of(...values);
  }

  @UseInterceptors(Collected)
  @MessagePattern('collected')
  collected(values: number[]): Observable<number> {
    return of(...values);
  }

  @UseInterceptors(Cached)
  @MessagePattern('cached')
  cached(): never {
    throw new Error('was called');
  }

  @UsePipes(Trimmed)
  @MessagePattern('trimmed')
  trimmed(@Payload() text: string): string {
    return text;
  }

  @MessagePattern('parsed')
  parsed(@Payload('id', ParseIntPipe) id: number): number {
    return id + 1;
  }

  @MessagePattern('positive')
  positive(@Payload(Positive) value: number): number {
    return value;
  }

  @UseGuards(OnlyYes)
  @MessagePattern('guarded')
  guarded(): string {
    return 'let in';
  }

  @UseGuards(OnlyYes)
  @EventPattern<string>('guarded-event')
  guardedEvent(): void {
    seen.push('let in');
  }

  @MessagePattern('upper')
  upper(@Upper() text: string): string {
    return text;
  }

  @MessagePattern({ the: 'context', a: 1 })
  context(@Payload() data: unknown, @Ctx() context: TextContext): unknown {
    return [
      data,
      context.getPattern(),
      context instanceof BaseRpcContext,
      context.getArgs().length,
    ];
  }

  @EventPattern({ the: 'context', of: 'an event' })
  event(@Ctx() context: TextContext): void {
    seen.push(context.getPattern());
  }
}

/** What the contexts of all transports can do. */
interface TextContext extends BaseRpcContext {
  getPattern(): string;
}

@Controller({ scope: Scope.REQUEST })
class RequestController {
  readonly #request: RequestContext;

  constructor(@Inject(CONTEXT) request: RequestContext) {
    this.#request = request;
  }

  @MessagePattern('of-request')
  ofRequest(): unknown {
    return [this.#request.pattern, this.#request.data];
  }

  @EventPattern<string>('event-of-request')
  event(): void {
    seen.push(this.#request.data);
  }
}

overNestTransports('Enhancers of a Nest microservice', (bench) => {
  const ask = (pattern: unknown, data: unknown): Promise<unknown[]> =>
    allOf(bench().client().send(pattern, data));
  const fail = (pattern: unknown, data: unknown): Promise<unknown> =>
    failureOf(bench().client().send(pattern, data));

  beforeEach(() => {
    seen.length = 0;
  });

  it('are interceptors: before, behind and instead of a handler', async () => {
    await bench().start([EnhancedController]);
    assert.deepEqual(await ask('doubled', [1, 2, 3]), [2, 4, 6]);
    assert.deepEqual(await ask('collected', [1, 2]), [[1, 2]]);
    assert.deepEqual(await ask('cached', 0), ['cached']);
    assert.deepEqual(seen, [[1, 2]]);
  });

  it('are pipes, with what they refuse', async () => {
    await bench().start([EnhancedController]);
    assert.deepEqual(await ask('trimmed', ' a '), ['a']);
    assert.deepEqual(await ask('parsed', { id: '41' }), [42]);
    const refused = { status: 'error', message: 'Internal server error' };
    assert.deepEqual(await fail('parsed', { id: 'x' }), refused);
    assert.deepEqual(await ask('positive', 1), [1]);
    const told = { status: 'error', message: 'not positive', value: -1 };
    assert.deepEqual(await fail('positive', -1), told);
  });

  it('are guards, of requests and of events', async () => {
    await bench().start([EnhancedController]);
    assert.deepEqual(await ask('guarded', 'yes'), ['let in']);
    const refused = { status: 'error', message: 'Forbidden resource' };
    assert.deepEqual(await fail('guarded', 'no'), refused);
    bench().client().emit('guarded-event', 'yes');
    await until(() => seen.includes('let in'), 'an event that is let in');
    const asked = ['rpc', true];
    assert.deepEqual(seen, [asked, asked, asked, 'let in']);
  });

  it('are decorators of parameters', async () => {
    await bench().start([EnhancedController]);
    assert.deepEqual(await ask('upper', 'a'), ['A']);
  });

  it('have a context, with the pattern', async () => {
    await bench().start([EnhancedController]);
    const pattern = '{"the":"context","a":1}';
    assert.deepEqual(await ask({ the: 'context', a: 1 }, 5), [[5, pattern, true, 3]]);
    bench().client().emit({ the: 'context', of: 'an event' }, 1);
    await until(() => seen.length > 0, 'an event');
    assert.deepEqual(seen, ['{"of":"an event","the":"context"}']);
  });

  it('are global ones, and hooks before all', async () => {
    await bench().start([EnhancedController], {
      setUp: (app) => {
        app.useGlobalInterceptors(new Doubled());
        app.useGlobalPipes(new Trimmed());
        app.useGlobalGuards(new OnlyYes());
        app.registerPreRequestHook((context, next) => {
          seen.push(context.switchToRpc().getData());
          return next();
        });
      },
    });
    const refused = { status: 'error', message: 'Forbidden resource' };
    assert.deepEqual(await fail('trimmed', ' a '), refused);
    assert.deepEqual(await ask('guarded', 'yes'), [null], 'twice a text is no number');
    assert.deepEqual(seen, [' a ', ['rpc', true], 'yes', ['rpc', true], ['rpc', true]]);
  });

  it('are made for each request where the controller is', async () => {
    await bench().start([RequestController]);
    assert.deepEqual(await ask('of-request', 1), [['of-request', 1]]);
    assert.deepEqual(await ask('of-request', 2), [['of-request', 2]]);
    bench().client().emit('event-of-request', 3);
    await until(() => seen.length > 0, 'an event');
    assert.deepEqual(seen, [3]);
  });
});
