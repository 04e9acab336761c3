import { LoggerService } from '@backstage/backend-plugin-api';
import {
  DriftHint,
  DriftOwner,
  DriftWatch,
  ObjectRef,
  parseInventoryId,
  refOfEntry,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import {
  FieldManager,
  FluxLabel,
  GitopsObject,
  Kustomization,
  kustomizationKind,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { WorkQueue } from '../../engine/queue/WorkQueue';
import { Home } from '../../homes/Home';
import { cacheKey, referenceTo } from '../../homes/ObjectCache';

/** After this a deletion that nobody saw is not waited for any more. */
const FORGET_DELETION_MS = 600_000;

/**
 * Makes a delivery due when somebody else changes or deletes what it applied:
 * one watch of metadata for each kind that deliveries of a home have applied.
 * What it misses, the interval finds; Flux 2.9 has the interval alone.
 */
export class DriftWatches {
  private readonly queue: Pick<WorkQueue, 'wake'>;
  private readonly logger: LoggerService;
  private readonly now: () => number;
  private readonly watches = new Map<Home, DriftWatch>();
  /** Deletions of deliveries' own, and since when they are expected. */
  private readonly deletions = new Map<string, number>();

  constructor(options: {
    queue: Pick<WorkQueue, 'wake'>;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.queue = options.queue;
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
  }

  /** Takes over what an object's inventory names now; for all that changes in a home. */
  follow(home: Home, object: GitopsObject): void {
    if (object.kind !== kustomizationKind.kind) {
      return;
    }
    const reference = referenceTo(object);
    const now = home.cache.get(reference) as Kustomization | undefined;
    const isWatched =
      now !== undefined &&
      // What another cluster holds is not seen here.
      !now.spec.kubeConfig &&
      home.modeOf(kustomizationKind.controller) === 'reconcile';
    const kinds = isWatched ? appliedKinds(now) : [];
    if (kinds.length > 0 || this.watches.has(home)) {
      this.watchOf(home).follow(cacheKey(reference), kinds);
    }
  }

  /** A delivery is about to delete an object itself. */
  expectDeletion(home: Home, ref: ObjectRef): void {
    const now = this.now();
    for (const [key, since] of this.deletions) {
      if (since > now - FORGET_DELETION_MS) {
        break;
      }
      this.deletions.delete(key);
    }
    const expected = deletionKey(home, ref);
    // Again at the end, where the newest are.
    this.deletions.delete(expected);
    this.deletions.set(expected, now);
  }

  /** The kinds that are watched in a home, as `Kind.group`. */
  kindsOf(home: Home): readonly string[] {
    return this.watches.get(home)?.kinds ?? [];
  }

  /** Resolves once all that is followed is known. */
  async synced(): Promise<void> {
    await Promise.all([...this.watches.values()].map(watch => watch.synced()));
  }

  async close(): Promise<void> {
    const watches = [...this.watches.values()];
    this.watches.clear();
    await Promise.all(watches.map(watch => watch.close()));
  }

  private watchOf(home: Home): DriftWatch {
    let watch = this.watches.get(home);
    if (!watch) {
      watch = new DriftWatch({
        client: home.client,
        ownerLabels: {
          name: FluxLabel.kustomizationName,
          namespace: FluxLabel.kustomizationNamespace,
        },
        fieldManagers: [FieldManager.kustomize],
        isExpected: (_, { ref, change }) =>
          change === 'deleted' && this.deletions.delete(deletionKey(home, ref)),
        onDrift: (owner, hint) => this.wake(home, owner, hint),
        onUnwatched: ({ apiVersion, kind }, error) =>
          this.logger.warn(
            `Changes of ${kind} (${apiVersion}) in home ${home.name} are noticed at the interval of a delivery only: the portal cannot watch them: ${error.message}`,
          ),
        onError: error =>
          this.logger.debug(
            `A watch for drift in home ${home.name} was interrupted: ${error.message}`,
          ),
      });
      this.watches.set(home, watch);
    }
    return watch;
  }

  private wake(home: Home, owner: DriftOwner, { ref, change }: DriftHint) {
    const reference = { kind: kustomizationKind.kind, ...owner };
    const object = home.cache.get(reference) as Kustomization | undefined;
    if (
      !object ||
      object.spec.suspend ||
      object.metadata.deletionTimestamp ||
      home.modeOf(kustomizationKind.controller) !== 'reconcile'
    ) {
      return;
    }
    this.queue
      .wake(
        [{ home: home.name, group: kustomizationKind.group, ...reference }],
        {
          reason: `${subjectOf(ref)} was ${change} by somebody else`,
        },
      )
      .catch(error =>
        this.logger.warn(`News of drift could not be queued: ${error}`),
      );
  }
}

/** One object of each kind in the inventory. */
function appliedKinds({ status }: Kustomization): ObjectRef[] {
  const kinds = new Map<string, ObjectRef>();
  for (const entry of status?.inventory?.entries ?? []) {
    const [kind, group] = entry.id.split('_').reverse();
    const key = `${kind}.${group}/${entry.v}`;
    if (!kinds.has(key) && isReadable(entry)) {
      kinds.set(key, refOfEntry(entry));
    }
  }
  return [...kinds.values()];
}

/** Somebody may have written to a status what no controller would. */
function isReadable({ id }: ResourceRef): boolean {
  try {
    parseInventoryId(id);
    return true;
  } catch {
    return false;
  }
}

function deletionKey(home: Home, { kind, namespace, name }: ObjectRef): string {
  return `${home.name}/${kind}/${namespace ?? ''}/${name}`;
}
