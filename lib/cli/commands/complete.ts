import { Argument, Command } from 'commander';
import { write } from '../base/output.js';

export const command: Command = new Command('complete')
  .description('print a script that completes commands, options and names of queues in a shell')
  .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
  .addHelpText(
    'after',
    `
Examples:
  source <(mqueue complete bash)
  mqueue complete zsh > "\${fpath[1]}/_mqueue"
  mqueue complete fish > ~/.config/fish/completions/mqueue.fish`,
  )
  .action(async (shell: string) => {
    const { scriptFor } = await import('../completions.js');
    await write(scriptFor(shell));
  });
