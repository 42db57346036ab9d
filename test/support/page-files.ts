import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './child.js';
import { COMMAND } from './command.js';
import { blocksOf, ownName, ownNames, withOwnNames, type Block } from './markdown.js';

const OUT = fileURLToPath(new URL('../../docs/', import.meta.url));
const env = {
  ...process.env,
  NODE_TEST_CONTEXT: undefined,
  PATH: dirname(process.execPath) + delimiter + process.env['PATH'],
};

/** The blocks of a page that have a file name, as files in a folder of their own. */
export class PageFiles {
  static readonly #used = new Set<string>();
  readonly #page: string;
  readonly folder: string;
  /** Of the queues that its programs name. */
  readonly names: readonly string[];

  constructor(page: string) {
    this.#page = page;
    this.folder = join(OUT, page);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    const files = filesOf(page);
    const programs = files.filter(({ block }) => block.language !== 'sh');
    this.names = ownNames(programs.map(({ block }) => block.text).join('\n'));
    for (const { name, block } of files) {
      const text = block.language === 'sh' ? this.#shell(block.text) : withOwnNames(block.text);
      writeFileSync(join(this.folder, name), text);
    }
  }

  /** The files of these pages that no test has used. */
  static unused(pages: readonly string[]): string[] {
    const all = pages.flatMap((page) => filesOf(page).map(({ name }) => join(page, name)));
    return all.filter((file) => !PageFiles.#used.has(file));
  }

  use(name: string): string {
    PageFiles.#used.add(join(this.#page, name));
    return join(this.folder, name);
  }

  /** What a file says. */
  text(name: string): string {
    return readFileSync(this.use(name), 'utf8');
  }

  /**
   * Runs a block of shell commands as in a terminal.
   *
   * @param edit - makes of them what this machine needs, such as another port
   */
  terminal(name: string, edit: (text: string) => string = (text) => text): Child {
    const commands = edit(this.text(name)).trimEnd();
    // A signal is for the last of them.
    const parameters = ['-e', '-c', commands.replace(/([^\n]*)$/, 'exec $1')];
    return new Child('sh', parameters, { cwd: this.folder, env });
  }

  run(...parameters: string[]): Child {
    return new Child(process.execPath, parameters, { cwd: this.folder, env });
  }

  /** The commands with the queues of the page's programs, and the command of this package. */
  #shell(text: string): string {
    const command = `'${process.execPath}' '${COMMAND}'`;
    return text
      .replaceAll('npx mqueue', command)
      .replace(/(?<=\s)\/[a-z_]+(?=\s)/g, (name) =>
        this.names.includes(ownName(name)) ? ownName(name) : name,
      );
  }
}

function filesOf(page: string): { name: string; block: Block }[] {
  return blocksOf(page).flatMap((block) => {
    const name = block.attributes.get('file');
    return name === undefined ? [] : [{ name, block }];
  });
}
