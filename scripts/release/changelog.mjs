const SECTION = /^## Unreleased *\n(?<changes>.*?)(?=^## |(?![^]))/msu;

/** What stands under "## Unreleased"; undefined where there is no such section. */
export function unreleased(text) {
  return SECTION.exec(text)?.groups.changes.trim();
}

/** The heading of a version that is released on this day, by UTC. */
export function headingOf(version, day) {
  return `## ${version} - ${day.toISOString().slice(0, 10)}`;
}

/** The changelog with what was unreleased under `heading`, and an empty section for what comes next. */
export function released(text, heading) {
  return text.replace(/^## Unreleased *$/mu, () => `## Unreleased\n\n${heading}`);
}
