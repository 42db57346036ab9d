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

/** What is wrong and what to do, in the words of the command line. */
export function remedyFor(error: Error): string {
  const { code, queue, syscall } = error as { code?: unknown; queue?: unknown; syscall?: unknown };
  const isOpening = syscall === 'mq_open' || syscall === 'mq_unlink';
  if (typeof code !== 'string' || typeof queue !== 'string' || !isOpening) return error.message;
  // A name that no queue can have is told by the library.
  if (error instanceof TypeError) return error.message;
  return remedies[code]?.(queue) ?? error.message;
}
