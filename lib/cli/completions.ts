import type { Command, Option } from 'commander';
import { RootCommand, type Complete } from '@bomb.sh/tab';
import { MessageQueue } from '../index.js';
import { commandsFor } from './registry.js';

/** What the arguments are called that are names of queues. */
const QUEUES = new Set(['name', 'from', 'to', 'dead', 'requests', 'responses']);

/**
 * Prints what may stand in the place of the last word, as the scripts for the shells ask for it.
 *
 * @param words - those behind the name of the command
 */
export async function complete(words: readonly string[]): Promise<void> {
  // A line that is being typed is no place for an error.
  const queues = await MessageQueue.list().catch((): string[] => []);
  const isTyped = words.at(-1)?.startsWith('/') === true;
  const names = isTyped ? queues : queues.map((name) => name.slice(1));
  const root = new RootCommand();
  for (const command of await commandsFor(undefined)) add(root, command, names);
  root.parse([...words]);
}

const WORDS_BY_PACKAGE = '_get_comp_words_by_ref -n "=:" cur prev words cword';
const WORDS = `if declare -F _get_comp_words_by_ref > /dev/null; then
        ${WORDS_BY_PACKAGE}
    else
        words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]}
    fi`;

/**
 * The script for a shell, which is to be loaded there. That for bash works without the package bash-completion too, and can
 * be loaded again.
 */
export function scriptFor(shell: string): string {
  const script = printedScript(shell);
  if (shell !== 'bash') return script;
  return script.replace(WORDS_BY_PACKAGE, () => WORDS).replaceAll(/^readonly /gm, '');
}

/** The library knows no other way to give it. */
function printedScript(shell: string): string {
  const { log } = console;
  let printed = '';
  console.log = (text: string) => {
    printed += `${text}\n`;
  };
  try {
    new RootCommand().setup('mqueue', 'mqueue', shell);
  } finally {
    console.log = log;
  }
  return printed;
}

function add(root: RootCommand, command: Command, queues: readonly string[]): void {
  const added = root.command(command.name(), command.description());
  for (const argument of command.registeredArguments) {
    const name = argument.name();
    const offer = QUEUES.has(name) ? offering(queues) : undefined;
    added.argument(name, offer, argument.variadic);
  }
  for (const option of command.createHelp().visibleOptions(command)) {
    const name = option.long?.slice(2) ?? '';
    const short = option.short?.slice(1);
    if (takesValue(option))
      added.option(name, option.description, offering(option.argChoices ?? []), short);
    else if (short === undefined) added.option(name, option.description);
    else added.option(name, option.description, short);
  }
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function offering(values: readonly string[]): (complete: Complete) => void {
  return (offer) => {
    for (const value of values) offer(value, '');
  };
}
