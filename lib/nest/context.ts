import type { RpcContext } from '../rpc/context.js';
import { BaseRpcContext } from './peers.js';

/** What the client attached to a packet besides its data: see `setOnDispatchHook` of Nest's ClientProxy. */
export type PosixMqueueMetadata = Readonly<Record<string, string>>;

type ContextArgs = [
  request: RpcContext,
  pattern: string,
  metadata: PosixMqueueMetadata | undefined,
];

/** What `@Ctx()` gives to a handler. */
export class PosixMqueueContext extends BaseRpcContext<ContextArgs> {
  /** @internal */
  constructor(args: ContextArgs) {
    super(args);
  }

  /** What is known of the message: its id, priority, attempt, deadline, and the signal that tells when nobody waits for it. */
  getMessage(): RpcContext {
    return this.args[0];
  }

  /** The pattern, as text: that of an object is its JSON. */
  getPattern(): string {
    return this.args[1];
  }

  /** What the client attached to the packet; undefined where that is nothing. */
  getMetadata(): PosixMqueueMetadata | undefined {
    return this.args[2];
  }
}
