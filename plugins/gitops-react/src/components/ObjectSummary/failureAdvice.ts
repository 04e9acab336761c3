const KNOWN = [
  'BuildFailed',
  'ArtifactFailed',
  'GitOperationFailed',
  'AuthenticationFailed',
  'HealthCheckFailed',
  'PruneFailed',
  'ReconciliationFailed',
  'DependencyNotReady',
  'InvalidSpec',
  'AccessDenied',
] as const;

/** The name of the advice for the reason of a condition, in `failure.*`. */
export function failureAdvice(
  reason: string | undefined,
): (typeof KNOWN)[number] | 'other' {
  return KNOWN.find(known => known === reason) ?? 'other';
}
