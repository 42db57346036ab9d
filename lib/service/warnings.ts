import { ownText } from '../base/errors.js';

function warn(code: string, text: string): void {
  process.emitWarning(text, { type: 'MessageQueueWarning', code });
}

/** For a host that found messages, and had nobody to give them to. */
export function warnStale(count: number, queue: string): void {
  warn(
    'MQ_STALE',
    `${count} message${count === 1 ? '' : 's'} of an earlier run found in queue '${queue}' and ` +
      `dropped. Listen for 'stale' to get them`,
  );
}

/** For a host that is closed while it has responses, and does not unlink the queue of them. */
export function warnUnclaimed(count: number, queue: string): void {
  warn(
    'MQ_UNDELIVERED',
    `${count} response${count === 1 ? '' : 's'} had been taken from queue '${queue}' for a ` +
      `subscriber that was gone, and nobody read them. Call receive() before close()`,
  );
}

/** For a host or worker whose transport could not acknowledge, and nobody listens. */
export function warnUnacknowledged(error: unknown, queue: string): void {
  const reason = error instanceof Error ? error.message : typeof error;
  warn(
    'MQ_UNACKNOWLEDGED',
    `A message of queue '${queue}' could not be acknowledged, and may be delivered again: ${reason}. ` +
      `Listen for 'unacknowledged' to see each; this is the only warning`,
  );
}

/** For a worker of whose failures nobody hears. */
export function warnFailure(error: unknown, queue: string): void {
  const kind = error instanceof Error ? error.name : typeof error;
  // What a handler throws may quote the request.
  const text = ownText(error) ?? 'its text may quote the request, and is not shown here';
  const cause = error instanceof Error ? ownText(error.cause) : undefined;
  warn(
    'MQ_FAILURE',
    `A request of queue '${queue}' failed with a value of type ${kind}: ${text}` +
      `${cause === undefined ? '' : ` (${cause})`}. Listen for 'failure' to see each; this is the ` +
      `only warning`,
  );
}

/** For a host that found responses before it had sent anything. */
export function warnUnsolicited(queue: string): void {
  warn(
    'MQ_UNSOLICITED',
    `Queue '${queue}' has a response though this host has sent nothing yet: a worker still answers ` +
      `somebody else, such as a host that was killed. Listen for 'unsolicited' to have such responses ` +
      `apart, or put an id into each request and response; this is the only warning`,
  );
}

/** For a host whose send makes no progress while nobody reads. */
export function warnBlocked(
  unread: number,
  { requests, responses }: { readonly requests: string; readonly responses: string },
  milliseconds: number,
): void {
  warn(
    'MQ_BLOCKED',
    `No send to queue '${requests}' has gone on for ${milliseconds} ms, and queue '${responses}' is ` +
      `full (${unread} unread): a worker that finds no room there takes no request. Read the ` +
      `responses while you send, by receive() or responses$; this is the only warning`,
  );
}
