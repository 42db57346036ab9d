// Writes man/mqueue.1, from the same definitions as the help of the command:
//   node scripts/man.mjs [--print]
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { programFor } from '../dist/cli/program.js';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What was added to the help of a command, behind its arguments, options and commands. */
function textAfter(command) {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  const parts = text.trimEnd().split('\n\n');
  const last = parts.findLastIndex((part) => /^(?:Options|Commands|Arguments):\n/u.test(part));
  // A line that is not indented goes on with the one before it.
  return parts
    .slice(last + 1)
    .join('\n\n')
    .replaceAll(/(?<=[^\n])\n(?=[^\s\n])/gu, ' ');
}

const escaped = (text) =>
  text.replaceAll('<', '&lt;').replaceAll('*', '\\*').replaceAll('_', '\\_');

function optionsOf(command) {
  const help = command.createHelp();
  const terms = [
    ...help
      .visibleArguments(command)
      .map((each) => [help.argumentTerm(each), help.argumentDescription(each)]),
    ...help
      .visibleOptions(command)
      .map((each) => [help.optionTerm(each), help.optionDescription(each)]),
  ].filter(([term]) => !term.startsWith('-h'));
  return terms.map(([term, text]) => `* \`${term}\`:\n  ${escaped(text)}`).join('\n');
}

function section(command) {
  const [text, examples] = textAfter(command).split(/^Examples:\n/mu);
  return [
    `### mqueue ${command.name()} ${command.usage()}`,
    escaped(`${command.description()}.`),
    optionsOf(command),
    escaped(text.trim()),
    examples === undefined
      ? ''
      : `Examples:\n\n${examples.replaceAll(/^ {2}/gmu, '    ').trimEnd()}`,
  ].join('\n\n');
}

async function manPage() {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const program = await programFor([]);
  const page = [
    `# mqueue(1) -- POSIX message queues from a terminal`,
    `## SYNOPSIS\n\n\`mqueue\` &lt;command> [options] [arguments]`,
    `## DESCRIPTION\n\n${escaped(program.description())}\n\n${escaped(textAfter(program))}`,
    `## COMMANDS`,
    ...program.commands.map(section),
    `## SEE ALSO\n\nmq_overview(7), mq_open(3), lsipc(1)`,
  ].join('\n\n');
  const flags = [
    '--version',
    `posix-mqueue ${version}`,
    '--manual',
    'posix-mqueue',
    '--section',
    '1',
    '--name',
    'mqueue',
  ];
  return execFileSync(at('node_modules/.bin/marked-man'), flags, {
    input: page,
    encoding: 'utf8',
  });
}

const page = await manPage();
if (process.argv.includes('--print')) process.stdout.write(page);
else {
  mkdirSync(at('man'), { recursive: true });
  writeFileSync(at('man/mqueue.1'), page);
}
