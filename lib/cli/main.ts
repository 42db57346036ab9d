#!/usr/bin/env node
// No more than `mqueue --version` needs: what a command needs is loaded with the command.
import { version } from './base/version.js';

const given = process.argv.slice(2);
if (given.length === 1 && ['--version', '-V'].includes(given[0] ?? '')) console.log(version());
else await (await import('./run.js')).run(given);
