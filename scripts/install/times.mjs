import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const QUIET = ['--no-audit', '--no-fund'];

/** From `npm install` in an empty project to the first message there and back. */
export function times(site) {
  const cache = join(site.folder, 'npm-cache');
  return ['empty', 'filled'].map((state) => ({
    what: `From \`npm install\` to the first message, npm's cache ${state}`,
    how: 'an empty project, then `npm install` and `node program.cjs`',
    act: () => {
      const cwd = site.project(`time-${state}`);
      const started = performance.now();
      site.run(cwd, site.bare, 'npm', 'install', ...QUIET, '--cache', cache, site.tarball);
      const installed = performance.now();
      site.run(cwd, site.bare, 'node', join('programs', 'required.cjs'));
      const [all, install] = [performance.now() - started, installed - started].map(seconds);
      const size = execFileSync('du', ['-sh', 'node_modules'], { cwd, encoding: 'utf8' });
      return `${all} s, of which npm ${install} s; \`node_modules\` has ${size.split('\t')[0]}`;
    },
  }));
}

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(1);
}
