/** A text from elsewhere, such as a name, that is to do nothing to a terminal: control characters are written as `\x1b`. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
