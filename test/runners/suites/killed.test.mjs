import { temporaryQueue } from 'posix-mqueue/testing';
import { report } from './report.cjs';

const it = globalThis.it ?? (await import(process.env.RUNNERS_MODULE)).it;

it('is killed', () => {
  report({ file: 'killed.test.mjs', made: temporaryQueue().name });
  process.kill(process.pid, 'SIGKILL');
});
