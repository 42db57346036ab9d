import { Argument, Command } from 'commander';

export const command: Command = new Command('complete')
  .description('print a script that completes commands, options and names of queues in a shell')
  .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
  .addHelpText(
    'after',
    `
For bash it needs the package bash-completion.

Examples:
  source <(mqueue complete bash)
  mqueue complete zsh > "\${fpath[1]}/_mqueue"
  mqueue complete fish > ~/.config/fish/completions/mqueue.fish`,
  )
  .action(async (shell: string) => {
    const { printScript } = await import('../completions.js');
    printScript(shell);
  });
