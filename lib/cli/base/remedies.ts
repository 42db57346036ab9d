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
  [/'(from|to)\.queue'/g, '<$1>'],
  [/than from\.queue/g, 'than <from>'],
  [/'(?:options\.)?maxMessages'|(?<=larger )maxMessages|maxMessages(?= \d)/g, '--depth'],
  [/'(?:options\.)?maxMessageSize'|(?<=larger )maxMessageSize|maxMessageSize(?= \d)/g, '--size'],
  [
    /, unlink it first(.*), or say what to do with onMismatch.*$/,
    ', or remove it first with mqueue rm$1',
  ],
  [/open it with trustedOwner: .*?;/, 'use it as it is, with --no-create or without --create;'],
  [/Unlink (?=some|queues)/g, 'Remove '],
  [/have root unlink it/g, 'have root remove it'],
  [/(?<=give a longer )timeout/g, '--timeout'],
  [/'options\.mode'/g, '--mode'],
  [/, or a number such as 0o\d+/g, ''],
  [/As root: (?=mkdir)/g, 'As root: mqueue ls --mount, or '],
  [
    /Install them: npm install (.*)$/,
    'Install them beside mqueue: npm install --global $1, or without --global in a project',
  ],
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
