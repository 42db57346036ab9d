const { appendFileSync } = require('node:fs');

/** A line of what the runner's processes have to tell to who started it, whatever becomes of their output. */
exports.report = function report(line) {
  appendFileSync(process.env.RUNNERS_REPORT, `${JSON.stringify(line)}\n`);
};
