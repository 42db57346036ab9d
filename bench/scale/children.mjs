import { fork } from 'node:child_process';
import { once } from 'node:events';

const LIMIT_MILLISECONDS = 300_000;

/** A copy of this program as a child process, with these arguments. */
export function forkSelf(url, parameters, execArgv = []) {
  const child = fork(new URL(url), parameters.map(String), { execArgv });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MILLISECONDS);
  child.once('exit', () => clearTimeout(timer));
  return child;
}

/** The next message of a child, which must not end before. */
export async function answer(child) {
  const ended = new AbortController();
  const fail = (code, signal) => ended.abort(new Error(`a child ended early (${signal ?? code})`));
  child.once('exit', fail);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message;
  } catch (error) {
    throw error.cause ?? error;
  } finally {
    child.off('exit', fail);
  }
}

/** CPU of this process so far, in microseconds. */
export function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

export function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
