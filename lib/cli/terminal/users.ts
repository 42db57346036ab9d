import { readFileSync } from 'node:fs';

let names: Map<number, string> | undefined;

/** What user this is, by /etc/passwd; else its number. */
export function userName(id: number): string {
  names ??= readNames();
  return names.get(id) ?? String(id);
}

function readNames(): Map<number, string> {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    return new Map(
      lines.map((line) => {
        const [name = '', , id] = line.split(':');
        return [Number(id), name];
      }),
    );
  } catch {
    return new Map();
  }
}
