const [major, minor] = process.versions.node.split('.').map(Number);
const isSince = (wantedMajor, wantedMinor = 0) =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

const fails = (code) => code !== 0 && code !== null;
const VM_MODULES = { NODE_OPTIONS: '--experimental-vm-modules' };

/** All that is tried: which runner, how it is started, with which files of tests, and what they are to report. */
export function combinations(project) {
  return [
    ...mocha(project),
    ...nodeTest(),
    ...jest(project),
    ...vitest(project),
    ...others(project),
    ...programs(),
  ];
}

function* mocha(project) {
  const install = { runner: 'mocha', package: 'mocha', bin: 'bin/mocha.js', code: fails };
  const run = (how, parameters, files, more = {}) => {
    const made = { ...install, ...more };
    const command = [process.execPath, project.command(made), '--reporter', 'dot'];
    return { ...made, how, files, command: [...command, ...parameters, ...files] };
  };
  const two = ['bdd.test.mjs', 'second-bdd.test.cjs'];
  const five = [...two, 'third-bdd.test.mjs', 'fourth-bdd.test.cjs', 'fifth-bdd.test.mjs'];
  // Who watches is ended in the midst of a run too.
  const watch = { isWatch: true, next: true, code: undefined };
  yield run('serial', [], two, { isQuick: true });
  yield run('--parallel', ['--parallel', '--jobs', '2'], five, { isQuick: true });
  yield run('--watch', ['--watch'], ['bdd.test.cjs'], watch);
  yield run('--require posix-mqueue/testing', ['--require', 'posix-mqueue/testing'], two);
  yield run(
    '--parallel --require posix-mqueue/testing',
    ['--parallel', '--jobs', '2', '--require', 'posix-mqueue/testing'],
    five,
  );
  yield run('--ui tdd', ['--ui', 'tdd'], ['tdd.test.cjs']);
  yield run('killed by kill -9, then the next run', [], ['killed.test.mjs'], {
    expected: [],
    next: true,
    code: undefined,
  });
  for (const name of ['mocha-11', 'mocha']) {
    const older = { age: 'older', package: name };
    yield run('serial', [], two, older);
    yield run('--parallel', ['--parallel', '--jobs', '2'], five, older);
    yield run('--watch', ['--watch'], ['bdd.test.cjs'], { ...older, ...watch });
  }
}

function* nodeTest() {
  const run = (how, parameters, more = {}) => {
    const files = ['node.test.mjs', 'second-node.test.mjs'];
    const made = { runner: 'node:test', files, isTogether: true, code: fails, ...more };
    return { ...made, how, command: [process.execPath, ...parameters, ...made.files] };
  };
  yield run('node --test', ['--test'], { isQuick: true });
  yield run('node FILE', [], { files: ['node.test.mjs'] });
  if (isSince(22, 8)) {
    const flag = isSince(23, 4) ? '--test-isolation=none' : '--experimental-test-isolation=none';
    yield run(flag, ['--test', flag], { isQuick: true });
  }
  yield run('--watch', ['--test', '--watch'], { isWatch: true, next: true, code: undefined });
  yield run('killed by kill -9, then the next run', ['--test'], {
    files: ['killed.test.mjs'],
    env: { RUNNERS_MODULE: 'node:test' },
    isTogether: false,
    expected: [],
    next: true,
  });
}

function* jest(project) {
  const base = { testMatch: ['**/*.test.?js'], transform: {}, testEnvironment: 'node' };
  const run = (how, { parameters = [], options = {}, ...more }) => {
    const made = { runner: 'jest', package: 'jest', bin: 'bin/jest.js', code: fails, ...more };
    return {
      env: VM_MODULES,
      ...made,
      how,
      config: { 'jest.config.json': { ...base, ...options } },
      command: [process.execPath, project.command(made), ...parameters],
    };
  };
  const modules = ['bdd.test.mjs', 'second-bdd.test.mjs'];
  const imports = ['jest.test.mjs', 'second-jest.test.mjs'];
  const noGlobals = { files: imports, options: { injectGlobals: false }, isTogether: true };
  const late = { files: ['late.test.cjs'], expected: [], code: (code) => code === 0 };
  yield run('ES modules', { files: modules, isQuick: true });
  yield run('ES modules, --runInBand', { files: modules, parameters: ['--runInBand'] });
  yield run('injectGlobals: false', { ...noGlobals, isQuick: true });
  if (isSince(24, 9)) {
    const files = ['bdd.test.cjs', 'second-bdd.test.cjs'];
    yield run('CommonJS, require()', { files });
  }
  yield run('CommonJS, import() in beforeAll', { ...late, expected: ['gone after a test'] });
  yield run('--watchAll', {
    files: ['bdd.test.mjs'],
    parameters: ['--watchAll'],
    isWatch: true,
    next: true,
    code: undefined,
  });
  yield run('killed by kill -9, then the next run', {
    files: ['killed.test.mjs'],
    parameters: ['--runInBand'],
    expected: [],
    next: true,
    code: undefined,
  });
  const older = { age: 'older' };
  yield run('ES modules', { ...older, files: modules });
  yield run('injectGlobals: false', { ...older, ...noGlobals });
  const setup = { setupFilesAfterEnv: ['posix-mqueue/testing'] };
  yield run('CommonJS, import() in beforeAll, setupFilesAfterEnv', {
    ...older,
    ...late,
    expected: ['gone after a test'],
    options: setup,
  });
}

function* vitest(project) {
  const run = (how, parameters, more = {}) => {
    const files = ['vitest.test.mjs', 'second-vitest.test.mjs'];
    const made = {
      runner: 'vitest',
      package: 'vitest',
      bin: 'vitest.mjs',
      files,
      isTogether: true,
      code: fails,
      ...more,
    };
    const verb = made.isWatch === true ? 'watch' : 'run';
    const command = [process.execPath, project.command(made), verb, ...parameters];
    return { ...made, how, command };
  };
  const globals = { files: ['bdd.test.mjs', 'second-bdd.test.mjs'], isTogether: false };
  const watch = { isWatch: true, next: true, code: undefined, files: ['vitest.test.mjs'] };
  for (const age of isSince(22, 12) ? ['newest', 'older'] : ['older']) {
    yield run('as it comes', [], { age, isQuick: true });
    yield run('--globals', ['--globals'], { age, ...globals });
    for (const pool of ['forks', 'threads']) yield run(`--pool ${pool}`, ['--pool', pool], { age });
    // Before vitest 5 these load a package once for all files of a worker, as without isolation.
    const shared = age === 'older' ? { isTogether: false, next: true } : {};
    for (const pool of ['vmForks', 'vmThreads']) {
      yield run(`--pool ${pool}`, ['--pool', pool], { age, ...shared });
    }
    for (const pool of ['forks', 'threads']) {
      const alone = ['--pool', pool, '--no-isolate', '--maxWorkers', '1'];
      // What beforeAll() of a later file makes stays until its process is killed.
      yield run(`--pool ${pool} --no-isolate`, alone, { age, isTogether: false, next: true });
    }
    yield run('watch', [], { age, ...watch });
    yield run('killed by kill -9, then the next run', [], {
      age,
      files: ['killed.test.mjs'],
      env: { RUNNERS_MODULE: 'vitest' },
      isTogether: false,
      expected: [],
      next: true,
    });
  }
}

/** Runners that tell nothing, or whose functions are global. */
function* others(project) {
  const run = (install, how, parameters, more = {}) => ({
    ...install,
    how,
    command: [process.execPath, project.command(install), ...parameters],
    expected: ['gone after a test'],
    reporters: ['own-hooks.mjs'],
    ...more,
  });
  const remove = { env: { RUNNERS_REMOVE: 'yes' } };
  const nothing = { expected: [], warns: true };
  const uvu = { runner: 'uvu', package: 'uvu', bin: 'bin.js', files: ['uvu.test.mjs'] };
  const ava = {
    runner: 'ava',
    package: 'ava',
    bin: 'entrypoints/cli.mjs',
    files: ['ava.test.mjs'],
  };
  const jasmine = { runner: 'jasmine', package: 'jasmine', bin: 'bin/jasmine.js', code: fails };
  const all = ['.', 'test.mjs$'];
  yield run(uvu, 'nothing done: warns', all, { ...nothing, isQuick: true });
  yield run(uvu, 'after.each(removeTemporaryQueues)', all, remove);
  yield run(ava, 'nothing done: warns', [], nothing);
  yield run(ava, 'afterEach.always(removeTemporaryQueues)', [], remove);
  const files = ['bdd.test.mjs', 'second-bdd.test.mjs'];
  yield {
    ...run(jasmine, 'as it comes', ['--random=false', ...files]),
    files,
    expected: undefined,
    reporters: files,
  };
}

function* programs() {
  const run = (how, parameters, more) => ({
    runner: 'none',
    how,
    files: [],
    expected: [],
    command: [process.execPath, 'plain.mjs', ...parameters],
    code: (code) => code === 0,
    ...more,
  });
  yield run('a program that disposes', ['disposes'], { isQuick: true });
  yield run('a program that does not: warns', [], { isQuick: true, warns: true });
}
