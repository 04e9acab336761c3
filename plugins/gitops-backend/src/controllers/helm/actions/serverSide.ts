import { Release } from '@backstage-gitops/helm';

/** Whether the server applies objects, or the client as in Helm 3. */
export function isServerSide(
  wanted: 'enabled' | 'disabled' | 'auto' = 'auto',
  before: Pick<Release, 'applyMethod'> | undefined,
): boolean {
  return wanted === 'auto'
    ? before?.applyMethod === 'ssa'
    : wanted === 'enabled';
}
