// Of a 64-bit kernel: struct msg_msg, and struct posix_msg_tree_node. See getrlimit(2), RLIMIT_MSGQUEUE.
const PER_MESSAGE = 48;
const PER_PRIORITY = 48;
const PRIORITIES = 32_768;

/** Bytes that a queue of these sizes takes of its user's RLIMIT_MSGQUEUE, whatever is in it. See getrlimit(2). */
export function queueCharge(maxMessages: number, maxMessageSize: number): number {
  return (
    maxMessages * (PER_MESSAGE + maxMessageSize) + Math.min(maxMessages, PRIORITIES) * PER_PRIORITY
  );
}
