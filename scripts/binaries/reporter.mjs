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
    const write = (kind) => (each, error) => {
      const title = each?.fullTitle();
      appendFileSync(events, `${JSON.stringify({ kind, title, message: error?.message })}\n`);
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
