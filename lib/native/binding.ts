/**
 * One open queue. Every method answers with a negative errno instead of throwing. Messages cross the
 * boundary in the mailboxes: what a call received is in the inbox, what one is to send in the outbox.
 *
 * @internal
 */
export interface NativeQueue {
  /** Called at the end of a waiting receive: how many are in the inbox, or a negative errno. */
  onreceive: (result: number) => void;
  /** Called at the end of a waiting send: how many were sent, or a negative errno. */
  onsend: (result: number) => void;
  /** Called after changes while it is watched: a message came, or one went. */
  onchange: () => void;

  /** `[maxMessages, maxMessageSize, currentMessages]` */
  attributes(): [number, number, number] | number;

  /** `[owner, group, mode, names]`; no names: it was unlinked. See fstat(2). */
  status(): [number, number, number, number] | number;

  /** How many names it has, 0 or 1; or a negative errno. */
  names(): number;

  /** Whatever the umask. 0 or a negative errno. */
  setPermissions(mode: number, group: number | undefined): number;

  /** -1 once it is closed. */
  descriptor(): number;

  /** Begins to call `onchange`, first for the present state. 0 or a negative errno. */
  watch(): number;
  unwatch(): void;

  /**
   * Up to `max` messages without waiting: how many are in the inbox, or a negative errno, `-EAGAIN`
   * when there is none. It tries for so many microseconds (`Facts.longestTry` at most), which the event loop has to wait,
   * and yields the processor between two tries; once only where the loop has not had its turn for a millisecond.
   */
  tryReceive(max: number, microseconds: number): number;
  /**
   * Sends the `count` messages of the outbox without waiting: how many of them went, or a negative
   * errno, `-EAGAIN` when the queue is full.
   */
  trySend(count: number): number;

  /**
   * Begins a wait for 1 to `max` messages, in one of `Facts.ways`: 0, or a negative errno.
   *
   * `worker` blocks a thread of the pool; `-EBUSY`: none may be blocked, `-ENOSYS`: a blocked one could not be woken.
   * `loop` watches the descriptor; with `microseconds` above 0 it ends with `-ETIMEDOUT` when they have passed, and with
   * `-EAGAIN` when it was woken in vain: another process was faster. `spin` tries in each turn of the event loop, and
   * ends with `-ETIMEDOUT` after so many microseconds.
   */
  beginReceive(way: number, max: number, microseconds: number): number;
  /** The same for the `count` messages of the outbox. */
  beginSend(way: number, count: number, microseconds: number): number;

  /** True: the wait is over. False: `onreceive` will be called soon. */
  cancelReceive(): boolean;
  /** The wait is over, with so many sent; or `-EINPROGRESS`: `onsend` will be called soon. */
  cancelSend(): number;
  /** After `cancelReceive()` said false: as `onreceive`, at once, and that is not called. */
  settleReceive(): number;
  /** Ends a waiting send at once, and `onsend` is not called: how many were sent. */
  settleSend(): number;

  /**
   * How many of the outbox's `count` messages went back into the kernel's queue, waiting (and blocking
   * the event loop) for at most so many milliseconds; or a negative errno, `-EAGAIN` when there was no
   * room.
   */
  putBack(count: number, patience: number): number;
  /** The same for the messages of the inbox from number `first` on. */
  putBackInbox(first: number): number;

  /** Sets one pool thread of the budget aside for this queue's receives. */
  reserveThread(): boolean;
  /**
   * Whether this queue's wait has a pool thread of the budget: the next `reserveThread()`, of any queue, then
   * gets that. The wait is to be cancelled.
   */
  yieldThread(sending: boolean): boolean;
  releaseThread(): void;

  /** From now on this lease keeps what is received. 0 or a negative errno. It is retired when the queue is closed. */
  useLease(lease: number): number;

  /** Whether a wait on the loop keeps the process alive. */
  setReferenced(referenced: boolean): void;
  close(): number;
}

/**
 * What both sides have to agree upon.
 *
 * @internal
 */
export interface Facts {
  /** The layout of a mailbox, see addon/mailbox.h: indexes count uint32s. */
  readonly mailbox: {
    readonly mostMessages: number;
    readonly taken: number;
    readonly outgrown: number;
    /** One for each message: where a lease keeps it, 0 for nowhere. */
    readonly slots: number;
    readonly headerBytes: number;
    /** Of each message's first byte: a power of two. */
    readonly alignment: number;
  };
  /** The numbers of the ways of waiting. `worker`: a thread of the pool. */
  readonly ways: {
    readonly worker: number;
    readonly loop: number;
    readonly spin: number;
  };
  /** How many milliseconds an end waits for room for what goes back into the kernel's queue. */
  readonly patience: number;
  /** How many microseconds one try may take at most. */
  readonly longestTry: number;
  /** How many slots a lease has at most. */
  readonly mostSlots: number;
}

/**
 * Slots in shared memory that outlive the process, see addon/lease.h. A lease is a number, a slot an id: both are above
 * 0, and a negative errno is told in their place.
 *
 * @internal
 */
export interface LeaseBinding {
  /** Makes a file that belongs to the queue of this name in this IPC namespace. `-EAGAIN`: take another path. */
  createLease(
    path: string,
    name: string | Uint8Array,
    ipcNamespace: number,
    slots: number,
    messageSize: number,
  ): number;
  /**
   * Takes over the file of a process that has died. `-EAGAIN`: it lives; `-ENOENT`: there is no such file, or its maker
   * died before it was finished; `-ESTALE`: it is another queue's; `-EPROTO`: it cannot be understood. It is
   * removed with its last message.
   */
  adoptLease(path: string, name: string | Uint8Array, ipcNamespace: number): number;
  /** The same, and it stays open, also where nobody is to work on what is in it: for what was given up. */
  adoptGivenUp(path: string, name: string | Uint8Array, ipcNamespace: number): number;
  /** The slots that have a message which was given up. */
  givenUpSlots(lease: number): number[];
  /** A message that was given up is elsewhere now. */
  freeGivenUpSlot(slot: number): number;
  /** The slots that have a message. */
  heldSlots(lease: number): number[];
  readSlot(slot: number): [data: Buffer, priority: number, attempts: number] | number;
  /** Another receiver works on it: how many have had it before. */
  beginSlot(slot: number): number;
  /** Nobody is to have it any more, and it is kept. */
  giveUpSlot(slot: number): number;
  /** Its work is done. */
  freeSlot(slot: number): number;
  /** What is left in it is for who adopts it. A file without any is removed. */
  closeLease(lease: number): void;
  /**
   * What lies in the file of a process that began at or after `since`, in milliseconds since 1970: the queue's name, and
   * for each message `data`, `priority` and how many died with it before. `-ESRCH`: it is another process's.
   */
  viewLease(
    path: string,
    process: number,
    since: number,
  ): [name: Buffer, ...messages: (Buffer | number)[]] | number;
  /**
   * Whose a file is, whether that process lives, and how many messages lie in it. `-ENODATA`: its maker died before it
   * was finished; `-EAGAIN`: it is about to be; `-EPROTO`: it cannot be understood.
   */
  surveyLease(
    path: string,
  ):
    | [
        lives: boolean,
        process: number,
        ipcNamespace: number,
        name: Buffer,
        held: number,
        givenUp: number,
      ]
    | number;
}

/** @internal */
export interface NativeBinding extends LeaseBinding {
  readonly facts: Facts;
  /** 0 for both sizes: the kernel's defaults. The queue, or a negative errno. */
  open(
    name: string | Uint8Array,
    flags: number,
    mode: number,
    maxMessages: number,
    maxMessageSize: number,
  ): NativeQueue | number;
  unlink(name: string | Uint8Array): number;
  /** The memory that both sides share. Another one once a queue of larger messages was opened. */
  inbox(): ArrayBuffer;
  outbox(): ArrayBuffer;
  /**
   * Ends every wait of this thread, and lets no more begin. How many messages had been taken and could
   * not be put back, and the negative errno that tells why.
   */
  stop(): [count: number, errno: number];
  /** Ends every wait of this thread, and lets none begin until `resume()`. No pool thread is blocked then. */
  pause(): void;
  resume(): void;
  /** Milliseconds since the event loop looked for events: how long JavaScript has kept it. */
  loopBusy(): number;
  /** Calls `listener` once, after a pool thread of the budget became free. */
  notifyWhenThreadFree(listener: () => void): void;
  /** How many pool threads of this process may be blocked at one time. */
  readonly poolBudget: number;
}
