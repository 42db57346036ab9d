/** For people: standard output is for data alone. */
export function notice(text: string): void {
  console.error(`mqueue: ${text}`);
}

/** `1 message`, `2 messages`. */
export function counted(count: number, what = 'message'): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
