import type { Command } from 'commander';
import { CommandError, ExitCode } from '../base/exit-codes.js';

/** What stood before `--` besides options, and what stood behind it. */
export interface Parts {
  readonly before: readonly string[];
  readonly behind: readonly string[];
}

/**
 * Tells a command's own arguments from those of the program behind `--`, which commander gives as one list.
 *
 * @throws CommandError where there is nothing behind it
 */
export function partsOf(command: Command): Parts {
  const { args } = command;
  const given: readonly string[] = (command.parent as { rawArgs?: string[] } | null)?.rawArgs ?? [];
  const at = given.indexOf('--');
  const count = at === -1 ? 0 : given.length - at - 1;
  if (count > 0) return { before: args.slice(0, -count), behind: args.slice(-count) };
  throw new CommandError(
    `the program that works is missing. It stands behind --, as in: mqueue ${command.name()} jobs -- program argument`,
    ExitCode.usage,
  );
}
