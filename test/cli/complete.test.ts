import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { COMMAND, mqueue, printedBy, runProgram } from '../support/command.js';

describe('mqueue complete', () => {
  // Of the package bash-completion, as much as is asked of it.
  const PACKAGE =
    '_get_comp_words_by_ref() { cur=${COMP_WORDS[COMP_CWORD]} words=("${COMP_WORDS[@]}"); }';

  /** What bash offers at the end of this line. */
  async function offered(line: string, before = ''): Promise<string[]> {
    const words = line.split(' ');
    const script = `
      ${before}
      mqueue() { ${process.execPath} ${COMMAND} "$@"; }
      source <(mqueue complete bash)
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
      COMP_CWORD=${words.length - 1} COMP_LINE='${line}' COMP_POINT=${line.length}
      __mqueue_complete 2> >(grep -v compopt >&2)
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { code, stdout, stderr } = await runProgram('bash', ['-c', script]);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout.toString().split('\n').filter(Boolean);
  }

  it('knows commands and options', async () => {
    assert.deepEqual(await offered('mqueue sta'), ['stat']);
    assert.deepEqual(await offered('mqueue create --dep'), ['--depth']);
  });

  it('uses the package bash-completion where that is there', async () => {
    assert.deepEqual(await offered('mqueue sta', PACKAGE), ['stat']);
    assert.deepEqual(await offered('mqueue sta', '_get_comp_words_by_ref() { cur=x; }'), []);
  });

  it('may be loaded again', async () => {
    const script = await printedBy(['complete', 'bash']);
    const { code, stderr } = await runProgram('bash', ['-c', `${script}\n${script}`]);
    assert.deepEqual([code, stderr], [0, '']);
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`has a script for ${shell}`, async () => {
      assert.match(await printedBy(['complete', shell]), /mqueue complete -- /);
    });
  }

  it('offers the queues that there are', async () => {
    const names = await MessageQueue.list().catch(() => undefined);
    const printed = await printedBy(['complete', '--', 'stat', '/']);
    const listed = printed.split('\n').filter((line) => line.startsWith('/'));
    assert.deepEqual(
      listed.map((line) => line.trimEnd()),
      names ?? [],
    );
  });
});

describe('the man page of mqueue', function () {
  // It asks each command for its help.
  this.timeout(60_000);

  it('has each command and each of its options', async () => {
    const script = fileURLToPath(new URL('../../../scripts/man.mjs', import.meta.url));
    const { code, stdout, stderr } = await runProgram(process.execPath, [script, '--print']);
    assert.equal(code, 0, stderr);
    const page = stdout.toString().replaceAll('\\-', '-');
    const help = (await mqueue(['--help'])).stdout.toString();
    const [, list = ''] = help.split('Commands:\n');
    const commands = [...list.matchAll(/^ {2}(?<name>[a-z]+) /gm)].map(
      ({ groups }) => groups?.['name'] ?? '',
    );
    assert.ok(commands.length > 5);
    for (const command of commands.filter((name) => name !== 'help')) {
      assert.ok(page.includes(`mqueue ${command} `), command);
      const options = (await printedBy([command, '--help'])).match(/(?<=^ {2}.*)--[a-z-]+/gm) ?? [];
      for (const option of options.filter((each) => each !== '--help'))
        assert.ok(page.includes(option), `${command} ${option}`);
    }
  });
});
