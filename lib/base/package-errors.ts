import { withCode } from './error-classes.js';

/**
 * For who uses what needs packages that not every user of posix-mqueue needs.
 *
 * @param user - what needs them, as the subject of the sentence
 * @param cause - that one of them cannot be loaded
 * @internal
 */
export function missingPackageError(
  user: string,
  packages: readonly string[],
  cause: Error,
): Error & { code: string } {
  const [missing] = cause.message.split('\n');
  const noun = packages.length === 1 ? 'package' : 'packages';
  const text =
    `${user} needs the ${noun} ${packages.join(' and ')}, which not every user of posix-mqueue ` +
    `needs (${missing}). Install ${packages.length === 1 ? 'it' : 'them'}: npm install ${packages.join(' ')}`;
  return withCode(new Error(text, { cause }), { code: 'ERR_MODULE_NOT_FOUND' });
}
