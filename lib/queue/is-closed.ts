/** Whether a consumer failed because its queue was closed, which ends it as intended. */
export function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MQ_CLOSED';
}
