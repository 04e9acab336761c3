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
  'RetriesExceeded',
  'InstallFailed',
  'UpgradeFailed',
  'TestFailed',
  'ValuesError',
] as const;

/**
 * The name of the advice for the reason of a condition, in `failure.*`.
 *
 * @param isRetried - it is going to be tried again without anybody doing anything
 */
export function failureAdvice(
  reason: string | undefined,
  isRetried: boolean,
): (typeof KNOWN)[number] | 'other' | 'otherStalled' {
  return (
    KNOWN.find(known => known === reason) ??
    (isRetried ? 'other' : 'otherStalled')
  );
}
