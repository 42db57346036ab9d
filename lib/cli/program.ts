import { Command } from 'commander';
import { print } from './base/output.js';
import { commandsFor } from './registry.js';
import { version } from './base/version.js';

const DESCRIPTION =
  'Sees, feeds, drains and watches the POSIX message queues of this machine, whatever language is on the ' +
  'other side.';

const AFTER = `
A queue's name may be given without its slash: jobs is /jobs.

Exit codes: 0 done, 1 failed, 2 wrong usage, 124 timeout; ended by a signal as by that signal.
DEBUG=1 in the environment shows where an error came from.

No program can look at a message of a POSIX queue without taking it: there is no peek.`;

/** The command line as it is parsed: with the one command that is called, or with all of them. */
export async function programFor(args: readonly string[]): Promise<Command> {
  const program = new Command('mqueue')
    .description(DESCRIPTION)
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', AFTER)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: print, outputError: (text, write) => write(oneLine(text)) });
  const name = args.find((argument) => !argument.startsWith('-'));
  for (const command of await commandsFor(name)) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

function oneLine(text: string): string {
  const line = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  return `mqueue: ${line}${/[.?)]$/.test(line) ? '' : '.'} See --help\n`;
}
