import { KubernetesApiError } from '../errors/KubernetesApiError';

// The texts with which Kubernetes' own validation refuses to change a field
// (1.34), and those that webhooks and CEL rules commonly use.
const PATTERNS = [
  /\bimmutable\b/i,
  /may not (be )?changed?( once set| in an update)?/i,
  /cannot (be )?changed?\b/i,
  /cannot change roleRef/i,
  /updates? to .{1,400} (is|are) forbidden/i,
  /updates may not change fields other than/i,
  /(is|are) not allowed to (be )?change/i,
];

/**
 * True where the API server says that fields cannot be changed in place, and
 * says nothing else against the object. An object that is also invalid would
 * be lost by recreating it.
 */
export function isImmutableError(error: unknown): boolean {
  if (!(error instanceof KubernetesApiError)) return false;
  const texts = (error.details?.causes ?? [])
    .filter(cause => cause.reason !== 'FieldManagerConflict')
    .map(cause => cause.message ?? '');
  const says = (text: string) => PATTERNS.some(pattern => pattern.test(text));
  if (texts.length > 0) return texts.every(says);
  const couldBe = [400, 403, 409, 422].includes(error.status);
  return couldBe && error.code !== 'already-exists' && says(error.apiMessage);
}
