/** The guides whose files test/docs/guides.test.ts runs; those of other pages are run by together.test.ts. */
export const GUIDES: readonly string[] = [
  'docs/getting-started.md',
  'docs/migrating.md',
  'docs/rxjs.md',
];
