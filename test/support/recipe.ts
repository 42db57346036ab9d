import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue } from 'posix-mqueue';
import type { Child } from './child.js';
import { unlinkQuietly } from './code.js';
import { ownName } from './markdown.js';
import { PageFiles } from './page-files.js';

/** What a program of the cookbook prints when it can be used. */
export const WAITS = /, until Ctrl-C( or SIGTERM)?$/m;

const pages = (...names: string[]): string[] => names.map(pageOf);

/** The recipes with files, by the test that runs them. */
export const ALL = {
  data: pages('structs', 'ndjson-gzip', 'bodies', 'database'),
  processes: pages('fan-out', 'shutdown', 'dead-letters', 'restart', 'threads'),
  http: pages('fastify', 'monitoring'),
  others: pages('python', 'testing'),
};

const begun = new Set<PageFiles>();

afterEach(() => {
  for (const name of [...begun].flatMap(({ names }) => names)) unlinkQuietly(name);
  begun.clear();
});

/** For `before`: these tests run shells, compilers and databases. */
export function withoutSanitizer(this: Mocha.Context): void {
  // Reason: a sanitizer is preloaded into those too, and the library's own tests run with it.
  if (process.env['SANITIZER'] !== undefined) this.skip();
}

/** The files of a recipe, whose queues are gone when the test is over. */
export function recipe(name: string): PageFiles {
  const files = new PageFiles(pageOf(name));
  begun.add(files);
  return files;
}

function pageOf(name: string): string {
  return `docs/cookbook/${name}.md`;
}

/** That a program ends with 0 and complains of nothing. Resolves with what it has printed. */
export async function endsWell(child: Child): Promise<string> {
  const { code, stdout, stderr } = await child.end;
  assert.deepEqual([code, stderr], [0, '']);
  return stdout;
}

/** Sends these to a queue of a recipe; resolves when somebody has taken the last one. */
export async function deliver(name: string, messages: readonly string[]): Promise<void> {
  const queue = MessageQueue.open(ownName(name));
  for (const message of messages) await queue.send(message);
  const empty = once(queue, 'empty');
  if (queue.currentMessages > 0) await empty;
  await queue.close();
}

/** What is left in a queue of a recipe. */
export async function leftIn(name: string): Promise<string[]> {
  const left: string[] = [];
  const queue = MessageQueue.open(ownName(name));
  for await (const message of queue.createReadStream({ until: 'empty' }))
    left.push(message.toString());
  await queue.close();
  return left;
}
