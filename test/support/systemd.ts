import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SYSTEMD = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].find(existsSync);
const CGROUP = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup'].find((folder) =>
  existsSync(join(folder, 'cgroup.procs')),
);

// It runs only where /run/systemd/system is, and takes the control group that it is in for its own.
const SCRIPT = `
echo $$ > "$1/cgroup.procs" &&
mount -t tmpfs none /run/systemd 2>/dev/null || { mkdir -p /run/systemd && mount -t tmpfs none /run/systemd; }
mkdir -p /run/systemd/system /dev/mqueue && mount -t mqueue none /dev/mqueue && exec "$0" --user
`;

/** A systemd for the services of a test: that of a user, apart from that of the machine. */
export class Systemd {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sd-'));
  readonly #cgroup = join(CGROUP ?? '', this.#folder.slice(this.#folder.lastIndexOf('/') + 1));
  #process: ChildProcess | undefined;

  /** Where its unit files are. */
  get units(): string {
    return join(this.#folder, 'systemd', 'user');
  }

  /** @returns whether this machine lets it run */
  async start(): Promise<boolean> {
    mkdirSync(this.units, { recursive: true });
    if (SYSTEMD === undefined || CGROUP === undefined) return false;
    try {
      mkdirSync(this.#cgroup);
    } catch {
      return false;
    }
    const args = ['--mount', 'sh', '-c', SCRIPT, SYSTEMD, this.#cgroup];
    this.#process = spawn('unshare', args, { stdio: 'ignore', env: this.#env });
    while (this.#process.exitCode === null) {
      const { stdout } = this.#run('is-system-running');
      if (/^(running|degraded)/.test(stdout)) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  /** Settings of a unit beside those of its file. */
  addSettings(unit: string, text: string): void {
    const folder = join(this.units, `${unit}.d`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'test.conf'), text);
  }

  /** Runs systemctl, which has to succeed. */
  systemctl(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.#run(...args);
    if (status !== 0) throw new Error(`systemctl ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout.trim();
  }

  /** What `systemctl show` says of a property of a unit. */
  show(unit: string, property: string): string {
    return this.systemctl('show', '--value', '--property', property, unit);
  }

  async close(): Promise<void> {
    if (this.#process?.exitCode === null) {
      const end = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await end;
    }
    rmSync(this.#folder, { recursive: true, force: true });
    removeGroups(this.#cgroup);
  }

  get #env(): NodeJS.ProcessEnv {
    return { ...process.env, XDG_RUNTIME_DIR: this.#folder, XDG_CONFIG_HOME: this.#folder };
  }

  #run(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const inside = ['--target', String(this.#process?.pid), '--mount', 'systemctl', '--user'];
    const options = { env: this.#env, encoding: 'utf8', timeout: 15_000 } as const;
    return spawnSync('nsenter', [...inside, ...args], options);
  }
}

function removeGroups(group: string): void {
  // Its services had groups below it.
  const { stdout } = spawnSync('find', [group, '-depth', '-type', 'd'], { encoding: 'utf8' });
  for (const folder of stdout.split('\n').filter((line) => line !== '')) {
    try {
      rmdirSync(folder);
    } catch {
      // Not empty yet: it goes with the machine.
    }
  }
}
