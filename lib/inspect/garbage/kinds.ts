/** Something whose owner is dead. */
export interface Garbage {
  /**
   * A reply queue of a host of rpc, a temporary queue of a test run, an empty file of a receiver with redelivery, or a file
   * of a large body.
   */
  readonly kind: 'reply queue' | 'temporary queue' | 'lease' | 'body';
  /** Of the queue, or the path of the file. */
  readonly name: string;
  /** What it takes: of its owner's RLIMIT_MSGQUEUE, or of shared memory. */
  readonly bytes: number;
  /** How many messages are in it. */
  readonly messages: number;
}
