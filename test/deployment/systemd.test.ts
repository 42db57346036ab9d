import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { unlinkQuietly, until } from '../support/code.js';
import { isSanitized } from '../support/sanitizer.js';
import { Systemd } from '../support/systemd.js';

const KIT = fileURLToPath(new URL('../../../examples/deployment/', import.meta.url));
/** Milliseconds, of a receive that is not to fail. */
const timeout = 20_000;

/** What differs from the kit: names, and what a test may not or need not have. */
const SETTINGS = {
  'jobs.socket': ({ requests }: Names) => `[Socket]
ListenMessageQueue=
ListenMessageQueue=${requests}
ExecStartPost=
ExecStartPost=/bin/chown ${process.getuid?.()}:${process.getgid?.()} /dev/mqueue${requests}`,

  'jobs.service': ({ requests, responses }: Names) => `[Service]
ExecStart=
ExecStart=${process.execPath} ${join(KIT, 'worker.mjs')}
Environment=REQUESTS=${requests} RESPONSES=${responses}
WatchdogSec=2
RestartSec=100ms
User=
Group=
LimitMSGQUEUE=
ProtectSystem=no
ProtectHome=no
PrivateTmp=no`,
} as const;

interface Names {
  readonly requests: string;
  readonly responses: string;
}

describe('examples/deployment/systemd', function () {
  this.timeout(60_000);
  const names = { requests: `/jobs-${process.pid}`, responses: `/results-${process.pid}` };
  let systemd: Systemd;
  let results: MessageQueue;

  before(async function () {
    systemd = new Systemd();
    // Reason: a container may lack systemd, or forbid control groups and namespaces of one's own; a sanitizer hinders it.
    if (isSanitized || !(await systemd.start())) this.skip();
    for (const [unit, settings] of Object.entries(SETTINGS)) {
      cpSync(join(KIT, 'systemd', unit), join(systemd.units, unit));
      systemd.addSettings(unit, settings(names));
    }
    systemd.systemctl('daemon-reload');
  });
  after(() => systemd.close());

  beforeEach(() => {
    const sizes = { maxMessages: 10, maxMessageSize: 512 };
    results = MessageQueue.open(names.responses, { create: true, ...sizes });
    systemd.systemctl('start', 'jobs.socket');
  });
  afterEach(async () => {
    systemd.systemctl('stop', 'jobs.socket', 'jobs.service');
    systemd.systemctl('reset-failed');
    await results.close();
    for (const name of Object.values(names)) unlinkQuietly(name);
  });

  async function send(...texts: string[]): Promise<void> {
    await using queue = MessageQueue.open(names.requests, { access: 'write' });
    for (const text of texts) await queue.send(text);
  }

  async function answers(count: number): Promise<string[]> {
    const texts: string[] = [];
    for (let left = count; left > 0; left -= 1) {
      texts.push((await results.receive({ timeout })).text());
    }
    return texts;
  }

  async function isState(state: string): Promise<void> {
    await until(() => systemd.show('jobs.service', 'ActiveState') === state, `state ${state}`);
  }

  it('is the queue before any worker, and its first message starts one', async () => {
    await using queue = MessageQueue.open(names.requests, { access: 'write' });
    assert.deepEqual([queue.maxMessages, queue.maxMessageSize], [10, 512]);
    assert.equal(systemd.show('jobs.service', 'ActiveState'), 'inactive');
    await queue.send('one');
    assert.deepEqual(await answers(1), ['one processed']);
  });

  it('is active when it is ready, says what it has done, and ends with success', async () => {
    await send('one');
    await isState('active');
    assert.equal(systemd.show('jobs.service', 'SubState'), 'running');
    await send('two', 'three');
    assert.deepEqual(await answers(3), ['one processed', 'two processed', 'three processed']);
    const status = (): string => systemd.show('jobs.service', 'StatusText');
    await until(() => status().includes(': received 3, processed 3, failed 0,'), 'its status');
    systemd.systemctl('stop', 'jobs.socket', 'jobs.service');
    assert.equal(systemd.show('jobs.service', 'Result'), 'success');
  });

  it('keeps messages of a stopped worker for the next one', async () => {
    systemd.systemctl('stop', 'jobs.socket');
    await send('one', 'two');
    assert.equal(systemd.show('jobs.service', 'ActiveState'), 'inactive');
    systemd.systemctl('start', 'jobs.socket');
    assert.deepEqual(await answers(2), ['one processed', 'two processed']);
  });

  it('has another one started where one is killed', async () => {
    await send('one');
    await isState('active');
    assert.deepEqual(await answers(1), ['one processed']);
    process.kill(Number(systemd.show('jobs.service', 'MainPID')), 'SIGKILL');
    await until(() => systemd.show('jobs.service', 'NRestarts') === '1', 'a restart');
    await send('two');
    assert.deepEqual(await answers(1), ['two processed']);
  });

  it('has another one started where its event loop does not turn any more', async () => {
    await send('one');
    await isState('active');
    assert.deepEqual(await answers(1), ['one processed']);
    // A stopped process and one that computes for ever are the same to the watchdog.
    process.kill(Number(systemd.show('jobs.service', 'MainPID')), 'SIGSTOP');
    await until(() => systemd.show('jobs.service', 'NRestarts') === '1', 'a restart');
    await send('two');
    assert.deepEqual(await answers(1), ['two processed']);
  });
});
