import { assertError } from '@backstage/errors';
import {
  KubernetesApiError,
  UnknownKindError,
} from '@backstage-gitops/kubernetes-apply';
import {
  DoctorHomeKind,
  GitopsKind,
} from '@backstage-gitops/plugin-gitops-common';
import { timestamp, withoutUndefined } from '../../api/objects/toRow';
import { showLocation } from '../../catalog/showLocation';
import { Home } from '../../homes/Home';

/** Objects of kinds that are not watched are counted up to here. */
const MOST_COUNTED = 200;

/** A kind in a home, as far as it is known without asking. */
export function describeKind(
  home: Home,
  kind: GitopsKind,
  reconciledKinds: ReadonlySet<string>,
): DoctorHomeKind {
  const reconciled = reconciledKinds.has(kind.kind);
  const watchedSince = home.watchedSince(kind.kind);
  return {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    reconciled,
    writtenBy: writerOf(home, kind, reconciled),
    ...withoutUndefined({
      watchedSince: timestamp(watchedSince),
      objects:
        watchedSince === undefined
          ? undefined
          : home.cache.list(kind.kind).length,
    }),
  };
}

/** The same, and what the cluster says of it. */
export async function readKind(
  home: Home,
  kind: GitopsKind,
  reconciledKinds: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<DoctorHomeKind> {
  const described = describeKind(home, kind, reconciledKinds);
  try {
    await home.client.resourceOf(kind.apiVersion, kind.kind);
    if (described.objects !== undefined) {
      return { ...described, served: true };
    }
    const { items, truncated } = await home.client.list({
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadataOnly: true,
      limit: MOST_COUNTED,
      maxItems: MOST_COUNTED,
      signal,
    });
    return {
      ...described,
      served: true,
      objects: items.length,
      ...(truncated && { isAtLeast: true }),
    };
  } catch (error) {
    assertError(error);
    if (error instanceof UnknownKindError) {
      return { ...described, served: false };
    }
    return {
      ...described,
      // Whoever refuses to list it knows the kind.
      ...(error instanceof KubernetesApiError && { served: true }),
      error: showLocation(error.message),
    };
  }
}

function writerOf(
  home: Home,
  kind: GitopsKind,
  reconciled: boolean,
): DoctorHomeKind['writtenBy'] {
  if (home.isWrittenByOthers(kind.controller)) {
    return 'others';
  }
  return reconciled && home.modeOf(kind.controller) === 'reconcile'
    ? 'portal'
    : 'nobody';
}
