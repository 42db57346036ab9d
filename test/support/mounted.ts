import { COMMAND, runProgram, type Ended } from './command.js';

/**
 * Runs commands of a shell in IPC and mount namespaces of their own, where the mqueue file system is mounted: `$mqueue` is
 * our command there. See `canUnshare`.
 */
export async function inShell(commands: string): Promise<Ended> {
  // Nowhere else, as containers have it at /dev/mqueue.
  const mount = 'umount -a -t mqueue; mkdir -p /tmp/mq && mount -t mqueue none /tmp/mq';
  const parameters = ['--mount', '--ipc', 'bash', '-c', `${mount} && set -e\n${commands}`];
  const mqueueCommand = `${process.execPath} ${COMMAND}`;
  return runProgram('unshare', parameters, '', {
    env: { ...process.env, mqueue: mqueueCommand },
  });
}
