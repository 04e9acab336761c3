import {
  HelmRelease,
  HelmSnapshot,
} from '@backstage-gitops/plugin-gitops-common';
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
  const idOf = (one: HelmRelease) =>
    JSON.stringify([releaseTarget(one), clusterOf(one)]);
  const id = idOf(object);
  const elder = (home.cache.list(object.kind) as HelmRelease[]).find(
    other =>
      other.metadata.uid !== object.metadata.uid &&
      !other.metadata.deletionTimestamp &&
      !other.spec.suspend &&
      isOlder(other, object) &&
      idOf(other) === id,
  );
  return elder && nameOf(elder);
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
