/** Whether objects of a kind deliver to a cluster, and so have a history of that. */
export function isDelivery(kind: string): boolean {
  return kind === 'Kustomization' || kind === 'HelmRelease';
}
