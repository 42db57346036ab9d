import { readdirSync, readFileSync } from 'node:fs';

/** Whether an emulator of another processor runs this, on x64: scripts/test-prebuilt.mjs. */
export const isEmulated: boolean = process.env['EMULATED'] !== undefined;

/** Compiles C++ for the processor that runs this. */
export const compiler: string = isEmulated ? 'aarch64-linux-gnu-g++' : 'g++';

// See syscall(2). An emulator makes the system calls of the kernel below it.
const RECEIVE = process.arch === 'arm64' && !isEmulated ? '183 ' : '243 ';

/** Whether a thread of this process is in mq_timedreceive; see proc_pid_syscall(5). Throws where the kernel does not tell. */
export function isBlockedInReceive(): boolean {
  readFileSync('/proc/self/syscall');
  return readdirSync('/proc/self/task').some((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/syscall`, 'utf8').startsWith(RECEIVE);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
