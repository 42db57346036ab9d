// Makes a release out of the checkout: the changelog, the version, a commit and a tag. It pushes nothing.
//   npm run release -- 1.2.3               a version, or major, minor, patch, prerelease
//   npm run release -- minor --dry-run     says what it would do, and changes nothing
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { headingOf, released, unreleased } from './release/changelog.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const CHANGELOG = join(root, 'CHANGELOG.md');
const MANIFESTS = ['package.json', 'package-lock.json'];

class Refusal extends Error {}

function git(...parameters) {
  return execFileSync('git', parameters, { cwd: root, encoding: 'utf8' }).trim();
}

function versionIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

/** Sets the version by npm, in a folder with a copy of the manifests: a dry run does the same. */
function setVersion(folder, wanted) {
  for (const file of MANIFESTS) copyFileSync(join(root, file), join(folder, file));
  const options = ['--no-git-tag-version', '--allow-same-version', '--ignore-scripts'];
  try {
    execFileSync('npm', ['version', ...options, '--', wanted], { cwd: folder, stdio: 'pipe' });
  } catch (error) {
    throw new Refusal(`"${wanted}" is no version. Give one such as 1.2.3, or minor.`, {
      cause: error,
    });
  }
  return versionIn(folder);
}

function checkTree() {
  const changes = git('status', '--porcelain');
  if (changes === '') return;
  throw new Refusal(`The tree is not clean: commit or stash first.\n${changes}`);
}

/** Pre-releases of one version may come in any order: the tags tell which are there. */
function isOlder(version, than) {
  const [left, right] = [version, than].map((each) => each.split('-')[0]);
  return left.localeCompare(right, 'en', { numeric: true }) < 0;
}

function checkVersion(version) {
  const present = versionIn(root);
  if (isOlder(version, present)) {
    throw new Refusal(`${version} is older than ${present}, which package.json has.`);
  }
  const tag = `v${version}`;
  if (git('tag', '--list', tag) !== '') {
    throw new Refusal(`The tag ${tag} is there already: give a newer version.`);
  }
}

function checkChangelog(text) {
  const changes = unreleased(text);
  if (changes === undefined) {
    throw new Refusal('CHANGELOG.md has no section "## Unreleased": add it above the versions.');
  }
  if (!/^- /m.test(changes)) {
    throw new Refusal('"## Unreleased" in CHANGELOG.md is empty: say there what users will see.');
  }
  return changes;
}

function write(folder, version, changelog) {
  writeFileSync(CHANGELOG, changelog);
  for (const file of MANIFESTS) copyFileSync(join(folder, file), join(root, file));
  git('add', '--', 'CHANGELOG.md', ...MANIFESTS);
  git('commit', '--quiet', '--message', `Version ${version}`);
  git('tag', '--annotate', '--message', `Version ${version}`, `v${version}`);
}

function release(wanted, isDry, folder) {
  checkTree();
  const before = readFileSync(CHANGELOG, 'utf8');
  const changes = checkChangelog(before);
  const version = setVersion(folder, wanted);
  checkVersion(version);
  const heading = headingOf(version, new Date());
  const branch = git('branch', '--show-current');
  if (branch === '') throw new Refusal('HEAD is on no branch: git switch to one first.');
  if (isDry) {
    console.log(`Would commit and tag v${version} on ${branch}, with this in CHANGELOG.md:\n`);
    console.log(`${heading}\n\n${changes}\n\nNothing was changed: leave out --dry-run to do it.`);
    return;
  }
  write(folder, version, released(before, heading));
  console.log(`Version ${version} is committed and tagged on ${branch}. Next:
  git show                                      look at it
  git push --atomic origin ${branch} v${version}    .github/workflows/release.yml tests and publishes it
To undo it before the push: git tag -d v${version} && git reset --hard HEAD~1`);
}

function usage() {
  console.error('usage: npm run release -- VERSION|major|minor|patch|prerelease [--dry-run]');
  process.exit(2);
}

function parse() {
  try {
    const options = { 'dry-run': { type: 'boolean', default: false } };
    return parseArgs({ options, allowPositionals: true });
  } catch {
    return usage();
  }
}

const { values, positionals } = parse();
if (positionals.length !== 1) usage();
const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
try {
  release(positionals[0], values['dry-run'], folder);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
