import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

/** By it a run is known, in the environment of all that it starts. */
const MARK = 'MQUEUE_RUN';

// Reads `+ run` and `- run`. The end of its input is the end of who writes it, by whatever: also by SIGKILL. A run is looked
// for by its mark, as it may have begun a moment before that end; each is a process group too.
const SCRIPT = `
trap '' HUP INT TERM
runs=' '
while read -r sign run; do
  case $sign in
    +) runs="$runs$run " ;;
    -) runs="\${runs%% $run *} \${runs#* $run }" ;;
  esac
done
end() {
  for run in $runs; do
    for file in $(grep -lszx "${MARK}=$run" /proc/[0-9]*/environ); do
      process=\${file#/proc/}
      process=\${process%/environ}
      kill -s "$1" -- "-$process" "$process"
    done
  done
}
[ -z "\${runs## }" ] && exit
end TERM
sleep "$1"
end KILL
`;

/** Ends runs of programs when this process has ended, however that was: a small shell that waits for it. */
export class Guard {
  readonly #word = randomBytes(8).toString('hex');
  readonly #runs = new Set<string>();
  readonly #seconds: string;
  #count = 0;
  #shell: ChildProcess | undefined;

  /** @param killAfter - milliseconds between SIGTERM and SIGKILL */
  constructor(killAfter: number) {
    this.#seconds = String(Math.min(killAfter, 86_400_000) / 1000);
  }

  /** A run that is about to begin, and what has to be in its environment. */
  begin(): { readonly run: string; readonly env: Readonly<Record<string, string>> } {
    const run = `${this.#word}.${(this.#count += 1)}`;
    this.#runs.add(run);
    if (this.#shell === undefined) this.#start();
    else this.#tell('+', run);
    return { run, env: { [MARK]: run } };
  }

  end(run: string): void {
    if (this.#runs.delete(run)) this.#tell('-', run);
  }

  close(): void {
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  #start(): void {
    // In a session of its own: what is sent to all processes of a terminal is not for it.
    const shell = spawn('sh', ['-c', SCRIPT, 'mqueue-guard', this.#seconds], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
      // Without the mark of a run that this process may be.
      env: { PATH: process.env['PATH'] },
    });
    const forget = (): void => {
      if (this.#shell === shell) this.#shell = undefined;
    };
    // Without it all works, but for what is left behind when this process is killed.
    shell.on('error', forget).on('exit', forget);
    shell.stdin.on('error', forget);
    shell.unref();
    (shell.stdin as Socket).unref();
    this.#shell = shell;
    for (const run of this.#runs) this.#tell('+', run);
  }

  #tell(sign: '+' | '-', run: string): void {
    this.#shell?.stdin?.write(`${sign} ${run}\n`);
  }
}
