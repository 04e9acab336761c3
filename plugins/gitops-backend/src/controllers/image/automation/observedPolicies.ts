import { ImageRef } from '@backstage-gitops/plugin-gitops-common';
import { ReadyPolicy } from './selectPolicies';

/** `status.observedPolicies` of an automation. */
export type ObservedPolicies = Readonly<Record<string, ImageRef>>;

/** What an automation knows of policies. */
export function observationOf(
  policies: readonly ReadyPolicy[],
): Record<string, ImageRef> {
  return Object.fromEntries(
    policies.map(({ metadata, status: { latestRef } }) => [
      metadata.name,
      latestRef,
    ]),
  );
}

/** Whether they are the same policies, and chose the same images. */
export function samePolicies(
  a: ObservedPolicies,
  b: ObservedPolicies,
): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(name => Object.hasOwn(b, name) && sameImage(a[name], b[name]))
  );
}

/** Whether two images are written alike. */
export function sameImage(a: ImageRef, b: ImageRef | undefined): boolean {
  return (
    b !== undefined &&
    a.name === b.name &&
    a.tag === b.tag &&
    (a.digest ?? '') === (b.digest ?? '')
  );
}
