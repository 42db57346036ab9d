import { readFileSync } from 'node:fs';

/** A limit of this process, see getrlimit(2): `Infinity` for none. */
export interface ResourceLimit {
  readonly soft: number;
  /** What a process without privileges may raise it to. */
  readonly hard: number;
}

/**
 * @param title - as /proc/self/limits has it, see proc_pid_limits(5)
 * @throws Error where there is no /proc
 */
export function resourceLimit(title: string): ResourceLimit {
  const text = readFileSync('/proc/self/limits', 'utf8');
  const line = text.split('\n').find((each) => each.startsWith(`${title} `)) ?? '';
  const [soft, hard] = line.slice(title.length).trim().split(/\s+/);
  return { soft: numberOf(soft), hard: numberOf(hard) };
}

function numberOf(text: string | undefined): number {
  return text === undefined || !/^\d+$/.test(text) ? Infinity : Number(text);
}
