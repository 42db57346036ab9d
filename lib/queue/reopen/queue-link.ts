/** What is told of a queue's name, each from the event loop. */
export interface LinkEvents {
  unlinked(): void;
  reopened(): void;
}

/** Between a queue and its name, for those who want to know. */
export interface QueueLink {
  /** Whether the queue has lost its name. */
  readonly unlinked: boolean;
  /** Looks now whether another queue has the name, where that is then used. */
  notice(): void;
  /** Keeps no process alive. */
  watch(events: LinkEvents): void;
  stop(): void;
}
