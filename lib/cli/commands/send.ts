import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { MessageQueue, type Message } from '../../index.js';
import { options, queueName } from '../arguments/common.js';
import { CommandError, ExitCode } from '../base/exit-codes.js';
import { interrupted } from '../base/interruption.js';
import { fromJson, longestJson } from '../messages/json-message.js';
import { Progress } from '../terminal/progress.js';
import { records, Separator } from '../messages/records.js';
import { Sending } from '../messages/sending.js';
import { unsentError } from '../messages/unsent.js';

interface Given {
  readonly file?: string;
  readonly null?: true;
  readonly format: 'text' | 'json';
  readonly priority: number;
  readonly timeout?: number;
  readonly create?: true;
  readonly depth?: number;
  readonly size?: number;
}

export const command: Command = new Command('send')
  .description('send messages: a text, each line of standard input, or a whole file')
  .argument('<name>', 'name of the queue', queueName)
  .argument('[text]', 'the message (default: each line of standard input is one)')
  .addOption(
    new Option('--file <path>', 'send this whole file as one message; - is standard input'),
  )
  .addOption(
    new Option('-0, --null', 'NUL ends a message of standard input, not a newline').conflicts(
      'file',
    ),
  )
  .addOption(
    new Option(
      '--format <format>',
      'what a line is: the message, or what recv --format json prints',
    )
      .choices(['text', 'json'])
      .default('text')
      .conflicts('file'),
  )
  .addOption(options.priority())
  .addOption(options.timeout('how long each message may wait for room, or fail with 124'))
  .option('--create', 'make the queue where there is none')
  .addOption(options.depth())
  .addOption(options.size())
  .addHelpText(
    'after',
    `
A full queue is waited for. Messages are bytes: what is no UTF-8 is sent as it is. Of a JSON line its own priority counts.

A line that does not fit ends it: the lines before it are sent, and none behind it. Whatever ends it in between, it
says which line is the next one to send. A text that begins with - stands behind --.

Examples:
  mqueue send jobs 'resize 42.png' --priority 7
  mqueue send jobs -- -42
  mqueue send jobs --create --depth 10 --size 8192 < jobs.txt
  find . -type f -print0 | mqueue send files --null
  mqueue send jobs --file picture.png`,
  )
  .action(async (name: string, text: string | undefined, given: Given) => {
    checkUse(text, given);
    const input = text === undefined ? await inputOf(given) : undefined;
    const { create, depth, size, file } = given;
    const sizes = { maxMessages: depth, maxMessageSize: size, onMismatch: 'error' } as const;
    const opening = create === true ? { create, ...sizes } : {};
    // Nothing goes into a queue that nobody can open any more.
    const reopen = create === true ? true : 'existing';
    const queue = MessageQueue.open(name, { access: 'write', reopen, ...opening });
    try {
      if (input === undefined) await sendWhole(queue, Buffer.from(text ?? ''), given);
      else if (file === undefined) await sendPieces(queue, input, given);
      else await sendWhole(queue, await contents(input, queue.maxMessageSize), given);
    } finally {
      await queue.close();
    }
  });

function checkUse(
  text: string | undefined,
  { file, null: zero, format, create, depth, size }: Given,
): void {
  if (create !== true && (depth ?? size) !== undefined) {
    throw new CommandError(
      '--depth and --size are for a queue that is made: add --create',
      ExitCode.usage,
    );
  }
  if (text === undefined) return;
  if (file !== undefined || zero === true || format !== 'text') {
    throw new CommandError(
      '--file, --null and --format are for what is not in the arguments: leave them or the text out',
      ExitCode.usage,
    );
  }
  // What is no UTF-8 came as U+FFFD.
  if (text.includes('\uFFFD') && !readFileSync('/proc/self/cmdline').includes(text)) {
    throw new CommandError(
      'the text is no UTF-8: give such bytes on standard input, or by --file',
      ExitCode.usage,
    );
  }
}

/** A file that is not there is told before a queue is made. */
async function inputOf({ file = '-' }: Given): Promise<Readable> {
  const input = file === '-' ? process.stdin : (await open(file)).createReadStream();
  return addAbortSignal(interrupted(), input);
}

/** All of it, or as much as tells that it is too long. */
async function contents(input: AsyncIterable<Buffer>, longest: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > longest) break;
  }
  return Buffer.concat(chunks);
}

async function sendWhole(
  queue: MessageQueue,
  data: Buffer,
  { priority, timeout }: Given,
): Promise<void> {
  try {
    await queue.send(data, { priority, timeout, signal: interrupted() });
  } catch (error) {
    throw unsentError({ queue, error, sent: 0, piece: undefined });
  }
}

async function sendPieces(queue: MessageQueue, input: Readable, given: Given): Promise<void> {
  const isJson = given.format === 'json';
  const longest = isJson ? longestJson(queue.maxMessageSize) : queue.maxMessageSize;
  const separator = given.null === true ? Separator.null : Separator.line;
  const sending = new Sending(queue, given.priority, given.timeout);
  let batch: readonly Buffer[] = [];
  let [first, bytes, bytesOfBatch] = [0, 0, 0];
  const progress = new Progress(() => {
    const part = batch.length === 0 ? 0 : (sending.sent - first) / batch.length;
    return [Math.round(bytes + part * bytesOfBatch), sending.sent];
  });
  try {
    for await (batch of records(input, separator, longest)) {
      first = sending.sent;
      bytes += bytesOfBatch;
      bytesOfBatch = batch.reduce((sum, { length }) => sum + length + 1, 0);
      if (isJson) await sendJson(sending, batch);
      else await sending.send(batch);
    }
  } catch (error) {
    progress.stop();
    const piece = given.null === true ? 'record' : 'line';
    throw unsentError({ queue, error, sent: sending.sent, piece });
  }
  progress.stop();
}

/** Up to the first that is no message, then it rejects. */
async function sendJson(sending: Sending, lines: readonly Buffer[]): Promise<void> {
  const messages: Message[] = [];
  let failure: unknown;
  try {
    for (const line of lines) messages.push(fromJson(line));
  } catch (error) {
    failure = error;
  }
  await sending.send(messages);
  if (failure !== undefined) throw failure as Error;
}
