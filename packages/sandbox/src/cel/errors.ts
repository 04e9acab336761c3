/** What went wrong in an expression, in the words of Kubernetes' CEL. */
export function expressionError(error: unknown): string {
  const summary =
    typeof error === 'object' && error !== null && 'summary' in error
      ? String(error.summary)
      : messageOf(error);
  return summary.replace(/^No such key/, 'no such key');
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
