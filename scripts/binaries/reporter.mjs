import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_HOOK_BEGIN, EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_FAIL } =
  Mocha.Runner.constants;
const { EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/**
 * Appends each event of the run to the file of the option `events` at once, a line of JSON each: what a process
 * was in that is killed is told by its last line.
 */
export default class Events extends Mocha.reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const { events } = options.reporterOptions;
    let file;
    const write = (kind) => (each, error) => {
      // A hook of all tests has no file of its own.
      if (kind !== 'begun' || each.type === 'test') file = each?.file ?? file;
      const event = {
        kind,
        file,
        title: each?.fullTitle(),
        message: error?.message,
        at: Date.now(),
      };
      appendFileSync(events, `${JSON.stringify(event)}\n`);
    };
    for (const [event, kind] of [
      [EVENT_HOOK_BEGIN, 'begun'],
      [EVENT_TEST_BEGIN, 'begun'],
      [EVENT_TEST_PASS, 'passed'],
      [EVENT_TEST_FAIL, 'failed'],
      [EVENT_TEST_PENDING, 'skipped'],
      [EVENT_RUN_END, 'ended'],
    ]) {
      runner.on(event, write(kind));
    }
  }
}
