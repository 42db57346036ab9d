import { ownText } from './errors.js';
import type { Losses } from './losses.js';

// All process warnings of lib/ are made here; scripts/check-imports.mjs holds the other files to it.
const TYPE = 'MessageQueueWarning';

const given = new Set<string>();

function warn(code: string, text: string): void {
  process.emitWarning(text, { type: TYPE, code });
}

function warnOnce(code: string, text: string): void {
  if (given.has(code)) return;
  given.add(code);
  warn(code, `${text}. This is the only warning`);
}

function messages(count: number): string {
  return `${count} message${count === 1 ? '' : 's'}`;
}

const KEEP = 'keep the result of close()';

/** What can be done about it, by the function that opened the queue. */
const remedies: Readonly<Record<string, string>> = {
  'createReadStream()': "Listen for 'undelivered', which gets them",
  'createDuplex()': "Listen for 'undelivered', which gets them",
  'fromQueue()': 'Give it an open MessageQueue in place of a name, and ' + KEEP,
  'consumeQueue()': 'Give it an open MessageQueue in place of a name, and ' + KEEP,
};

function undelivered(losses: Losses, where: string, opener = ''): Error {
  const text =
    `${messages(losses.count)} of ${where} had been taken but not delivered, and ` +
    `${losses.reasons()}. ${remedies[opener] ?? `Close the queue in time, and ${KEEP}`}`;
  return Object.assign(new Error(text), { name: TYPE, code: 'MQ_UNDELIVERED' });
}

/**
 * For messages that are gone, if any are.
 *
 * @param opener - the function that opened their queue, where it is one
 */
export function warnOfLosses(losses: Losses, where: string, opener?: string): void {
  if (losses.count > 0) process.emitWarning(undelivered(losses, where, opener));
}

/** As `warnOfLosses`, where no later turn of the event loop comes in which emitWarning could tell it. */
export function warnOfLossesNow(losses: Losses, where: string): void {
  if (losses.count > 0) process.emit('warning', undelivered(losses, where));
}

/** For a queue that garbage collection closes. */
export function warnNotClosed(queue: string): void {
  warnOnce(
    'MQ_NOT_CLOSED',
    `Queue '${queue}' was dropped without close(), and is closed by garbage collection. That comes ` +
      `late or never: close queues, or declare them with 'await using'`,
  );
}

/** For a queue of other sizes than were asked for. */
export function warnOfSizes({ message }: Error): void {
  warnOnce('MQ_SIZES', message);
}

/** For names that are no strings. */
export function warnOfNames(count: number): void {
  warnOnce(
    'MQ_NAMES',
    `MessageQueue.list() leaves out ${count} of the queues, whose names are not UTF-8. Ask for all by ` +
      `list({ encoding: 'buffer' })`,
  );
}

/** For a receiver that others are to compete with, and that gets no thread. */
export function warnPolling(queue: string): void {
  warn(
    'MQ_POLLING',
    `Queue '${queue}' is polled, because the budget of pool threads is used up: a process that ` +
      `blocks on the same queue gets its messages first. Start this process with a larger ` +
      `UV_THREADPOOL_SIZE, half of which may wait`,
  );
}

/** For a receiver of a transport: who uses one has neither the event nor the result of its queue. */
export function warnLost(count: number, queue: string): void {
  warn(
    'MQ_UNDELIVERED',
    `${messages(count)} of queue '${queue}' had been taken when its receiver was ` +
      `closed, and found no room in the queue any more. Receive until it is empty before you close`,
  );
}

/**
 * For tests that are over.
 *
 * @param waits - a line for each
 */
export function warnStillWaiting(waits: readonly string[]): void {
  warn(
    'MQ_STILL_WAITING',
    `The tests are over, and these waits keep their process alive:\n${waits.join('\n')}\n` +
      `Close a queue, stop() or destroy() a stream, unsubscribe from an Observable, or unref() a queue`,
  );
}

/**
 * For temporary queues that were there when their process ended, and that no runner's hook had been to remove. No
 * later turn of the event loop comes.
 */
export function warnNoHooks([first = '', ...more]: readonly string[]): void {
  const others = more.length === 0 ? '' : `, and ${more.length} more,`;
  const text =
    `Temporary queue '${first}'${others} stayed until the end of the process, because no test runner with hooks ` +
    `was found: a later test could see it. Call removeTemporaryQueues() after each test, or declare such a queue ` +
    `with 'await using'. This is the only warning`;
  process.emit('warning', Object.assign(new Error(text), { name: TYPE, code: 'MQ_NO_HOOKS' }));
}

/** For a lease file that cannot be read. */
export function warnOfLeaseFile(path: string): void {
  warn(
    'MQ_LEASE',
    `The file ${path}, which may keep messages of a worker that was killed, is left as it is: it is of another ` +
      `version of posix-mqueue, or damaged. Run a worker of that version, or remove the file`,
  );
}

/**
 * For a message that as many workers died with as are allowed.
 *
 * @param error - why it is not among the dead letters, where it should be
 */
export function warnGaveUp(queue: string, attempts: number, error?: unknown): void {
  const died = attempts === 1 ? 'a worker died' : `${attempts} workers died`;
  const reason = error instanceof Error ? `, and could not be buried: ${error.message}` : '';
  warn(
    'MQ_GAVE_UP',
    `A message of queue '${queue}' was given up, because ${died} with it in ` +
      `hand${reason}. Its lease file keeps it until mqueue requeue --given-up sends it again. Name a queue for such ` +
      `as 'deadLetter'`,
  );
}

/** For a host that found messages, and had nobody to give them to. */
export function warnStale(count: number, queue: string): void {
  warn(
    'MQ_STALE',
    `${messages(count)} of an earlier run found in queue '${queue}' and ` +
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

/** For a service whose manager does not hear it. */
export function warnNotNotified(path: string, error: Error): void {
  const abstract = path.startsWith('@')
    ? ' It is an abstract socket, which cannot be reached.'
    : '';
  warn(
    'MQ_NOT_NOTIFIED',
    `The service manager cannot be told at NOTIFY_SOCKET='${path}': ${error.message}.${abstract} Without READY=1 it takes ` +
      `a service of Type=notify for one that has not started; this is the only warning`,
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

/** For a worker that takes what is no request, and has nowhere to put it. */
export function warnInvalid(problem: Error, queue: string): void {
  warn(
    'MQ_ENVELOPE',
    `A message of queue '${queue}' is no request, and was dropped: ${problem.message}. Name a queue as ` +
      `deadLetter that gets such messages, or listen for 'invalid'; this is the only warning`,
  );
}

/** For a pool of whose dead processes nobody hears. */
export function warnWorkerDied(how: string): void {
  warn(
    'MQ_WORKER_DIED',
    `A process of a WorkerPool ${how}, and another one is started in its place. Listen for 'exit' to see ` +
      `each; this is the only warning`,
  );
}

/** For a bridge whose spool file is full, and nobody hears of it. */
export function warnSpoolFull(path: string, maxSpoolSize: number): void {
  warn(
    'MQ_SPOOL_FULL',
    `The spool file ${path} of a bridge is full (maxSpoolSize ${maxSpoolSize}): its messages wait in their queue ` +
      `until all of the file is sent. Give a larger 'maxSpoolSize', or see why the other side takes nothing; ` +
      `listen for 'spoolFull' to see each; this is the only warning`,
  );
}

/** For a program that prints what nothing asked for. */
export function warnOutOfStep(program: string): void {
  warn(
    'MQ_PROGRAM',
    `Program '${program}' printed a line that no request had asked for, and was ended: which of its lines is a ` +
      `response is not known any more. Have it print one line for each that it reads; the next request starts it again`,
  );
}
