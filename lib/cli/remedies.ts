/** Of a queue that is not there. */
export function absent(queue: string): string {
  return `there is no queue ${queue}. Make it with mqueue create ${queue}, or see mqueue ls`;
}

/** What to type, where the library says what to write in a program: by error code. */
const remedies: Readonly<Record<string, (queue: string) => string>> = {
  ENOENT: absent,
  EEXIST: (queue) => `queue ${queue} exists already. Leave --exclusive out, or choose another name`,
  EACCES: (queue) =>
    `this user may not use queue ${queue} so. See its owner and mode with mqueue stat ${queue}`,
};

/** What the command line calls what the library tells of. */
const words: readonly (readonly [RegExp, string])[] = [
  [/'(?:options\.)?(requests|responses)'/g, '<$1>'],
  [/'(?:options\.)?maxMessages'|(?<=larger )maxMessages/g, '--depth'],
  [/'(?:options\.)?maxMessageSize'|(?<=larger )maxMessageSize/g, '--size'],
  [/'(?:options\.)?(timeout|method|retries|concurrency)'/g, '--$1'],
  [/'(?:options\.)?deadLetter'/g, '--dead-letter'],
  [/than options\.requests/g, 'than <requests>'],
  [/'command'/g, '<program>'],
  [/Use input 'stdin'/g, 'Leave --arg or --lines out'],
  [/ \(maxOutput\)/g, ''],
];

/** In the words of the command line. */
export function inItsWords(text: string): string {
  return words.reduce((all, [word, own]) => all.replace(word, own), text);
}

/** What is wrong and what to do, in the words of the command line. */
export function remedyFor(error: Error): string {
  return inItsWords(textOf(error));
}

function textOf(error: Error): string {
  const { code, queue, syscall } = error as { code?: unknown; queue?: unknown; syscall?: unknown };
  const isOpening = syscall === 'mq_open' || syscall === 'mq_unlink';
  if (typeof code !== 'string' || typeof queue !== 'string' || !isOpening) return error.message;
  // A name that no queue can have is told by the library.
  if (error instanceof TypeError) return error.message;
  return remedies[code]?.(queue) ?? error.message;
}
