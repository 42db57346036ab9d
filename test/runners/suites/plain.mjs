// No test: a program that leaves queues, or disposes of them.
import { temporaryQueue } from 'posix-mqueue/testing';
import { report } from './report.cjs';

const queues = [temporaryQueue(), temporaryQueue()];
for (const { name } of queues) report({ file: 'plain.mjs', made: name });
if (process.argv[2] === 'disposes') {
  for (const queue of queues) await queue[Symbol.asyncDispose]();
}
report({ file: 'plain.mjs', end: true });
