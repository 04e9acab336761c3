import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { createHash } from 'node:crypto';

const MAX_NAME = 53;

/** Where a HelmRelease's release is, and what it is called (Flux 2.9). */
export interface ReleaseTarget {
  name: string;
  /** Of objects without a namespace. */
  namespace: string;
  /** Of the records. */
  storageNamespace: string;
}

export function releaseTarget({ metadata, spec }: HelmRelease): ReleaseTarget {
  const { namespace: own = 'default' } = metadata;
  const { targetNamespace, releaseName, storageNamespace } = spec;
  return {
    name: shorten(
      releaseName ||
        (targetNamespace
          ? `${targetNamespace}-${metadata.name}`
          : metadata.name),
    ),
    namespace: targetNamespace || own,
    storageNamespace: storageNamespace || own,
  };
}

/** Of what is too long for Helm, the beginning and a digest of it all. */
function shorten(name: string): string {
  if (name.length <= MAX_NAME) {
    return name;
  }
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${name.slice(0, MAX_NAME - digest.length - 1)}-${digest}`;
}
