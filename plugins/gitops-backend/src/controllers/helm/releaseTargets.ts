import {
  HelmRelease,
  HelmSnapshot,
} from '@backstage-gitops/plugin-gitops-common';
import { isDeepStrictEqual } from 'node:util';
import { Home } from '../../homes/Home';
import { newestFirst } from './release/history';
import { releaseTarget, ReleaseTarget } from './release/names';

/**
 * The release that is to be uninstalled before that of the spec is made, since it is
 * another one (helm-controller 1.6). Undefined where it is the same, or there is none.
 */
export function formerTarget(
  { spec, status, metadata }: HelmRelease,
  chartName: string,
): ReleaseTarget | undefined {
  const [current] = newestFirst(status?.history) as [HelmSnapshot | undefined];
  const { storageNamespace } = status ?? {};
  if (!current || !storageNamespace) {
    return undefined;
  }
  const wanted = releaseTarget({ spec, metadata } as HelmRelease);
  const { chartNameChangeStrategy = 'Reinstall' } = spec.upgrade ?? {};
  const isSame =
    wanted.storageNamespace === storageNamespace &&
    wanted.namespace === current.namespace &&
    wanted.name === current.name &&
    (chartName === current.chartName ||
      chartNameChangeStrategy !== 'Reinstall');
  return isSame
    ? undefined
    : {
        name: current.name,
        namespace: current.namespace,
        storageNamespace,
      };
}

/**
 * An older HelmRelease of the same home that makes the same release in the same
 * cluster, as `namespace/name`. Both would undo what the other does.
 */
export function elderOf(
  home: Pick<Home, 'cache'>,
  object: HelmRelease,
): string | undefined {
  const { uid } = object.metadata;
  const wanted = releaseTarget(object);
  const cluster = clusterOf(object);
  // There may be thousands, of which hardly one has the same name.
  const elder = (home.cache.list(object.kind) as HelmRelease[]).find(
    other =>
      isSameTarget(releaseTarget(other), wanted) &&
      other.metadata.uid !== uid &&
      !other.metadata.deletionTimestamp &&
      !other.spec.suspend &&
      isOlder(other, object) &&
      isDeepStrictEqual(clusterOf(other), cluster),
  );
  return elder && nameOf(elder);
}

function isSameTarget(a: ReleaseTarget, b: ReleaseTarget): boolean {
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.storageNamespace === b.storageNamespace
  );
}

function isOlder(a: HelmRelease, b: HelmRelease): boolean {
  const [at, bt] = [a, b].map(({ metadata }) =>
    Date.parse(metadata.creationTimestamp ?? ''),
  );
  return at === bt ? nameOf(a) < nameOf(b) : at < bt;
}

function clusterOf({ spec, metadata }: HelmRelease): unknown {
  return spec.kubeConfig ? [metadata.namespace, spec.kubeConfig] : null;
}

function nameOf({ metadata }: HelmRelease): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`;
}
