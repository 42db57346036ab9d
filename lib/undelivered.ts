/** The warning that messages are gone. */
export function undelivered(count: number, where: string): Error {
  const text =
    `${count} message${count === 1 ? '' : 's'} of ${where} had been taken but not delivered, and ` +
    `found no room in the queue any more. Listen for 'undelivered', or keep the result of close()`;
  return Object.assign(new Error(text), {
    name: 'MessageQueueWarning',
    code: 'MQ_UNDELIVERED',
  });
}
