/** The `code` of an error as Node has them. Undefined where it has none, or is no error. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}
