import { Release, writeObservationJson } from '@backstage-gitops/helm';
import {
  HelmSnapshot,
  HelmTestHook,
} from '@backstage-gitops/plugin-gitops-common';
import { createHash } from 'node:crypto';
import { configDigest } from '../values/configDigest';

const ZERO_TIME = '0001-01-01T00:00:00Z';

/** What is taken down of a revision in the history of a HelmRelease (Flux 2.9). */
export function snapshotOf(
  release: Release,
  options: { action?: string; ociDigest?: string } = {},
): HelmSnapshot {
  const { info } = release;
  const metadata = release.chart?.metadata;
  return {
    apiVersion: 'v2',
    ...(options.action && { action: options.action }),
    ...(metadata?.appVersion && { appVersion: metadata.appVersion }),
    chartName: metadata?.name ?? '',
    chartVersion: metadata?.version ?? '',
    configDigest: configDigest(release.config),
    ...(info?.deleted && { deleted: seconds(info.deleted) }),
    digest: observationDigest(release, options),
    firstDeployed: seconds(info?.firstDeployed),
    lastDeployed: seconds(info?.lastDeployed),
    name: release.name,
    namespace: release.namespace,
    ...(options.ociDigest && { ociDigest: options.ociDigest }),
    status: info?.status ?? '',
    version: release.version,
  };
}

/** By which it is noticed that a record is not as it was written. */
export function observationDigest(
  release: Release,
  options: { ociDigest?: string } = {},
): string {
  const json = writeObservationJson(release, options);
  return `sha256:${createHash('sha256').update(json).digest('hex')}`;
}

/** Whether a record is the revision that was taken down, and unchanged since. */
export function isAsTakenDown(
  { name, namespace, version, digest, ociDigest }: HelmSnapshot,
  release: Release,
): boolean {
  return (
    release.name === name &&
    release.namespace === namespace &&
    release.version === version &&
    observationDigest(release, { ociDigest }) === digest
  );
}

/** What became of the tests of a revision, by the name of the hook. */
export function testHooksOf(
  release: Release,
  isWanted: (name: string) => boolean = () => true,
): Record<string, HelmTestHook> {
  return Object.fromEntries(
    release.hooks
      .filter(({ events, name }) => events.includes('test') && isWanted(name))
      .map(({ name, lastRun }) => [
        name,
        {
          lastStarted: seconds(lastRun?.startedAt),
          lastCompleted: seconds(lastRun?.completedAt),
          phase: lastRun?.phase ?? '',
        },
      ]),
  );
}

/** As Kubernetes has times: to the second, in UTC. */
function seconds(time: string | undefined): string {
  const at = Date.parse(time ?? ZERO_TIME);
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
