/** Whether a consumer failed because its queue was closed, which ends it as intended. */
export function isClosed(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'ERR_MQ_CLOSED';
}
