import {
  ClusterClient,
  healthOf,
  HealthRule,
  ObjectRef,
  ObjectView,
  ObjectViews,
} from '@backstage-gitops/kubernetes-apply';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';

type Run = ReconcileRun<Kustomization>;

/** How long a run waits for objects to become healthy before it ends. */
const MOMENT_MS = 2_000;

/** An object that was applied just now, in the version that was stored. */
export interface AppliedVersion {
  ref: ObjectRef;
  resourceVersion: string;
}

/** Names an object within one cluster. */
export function refKey(ref: ObjectRef): string {
  return `${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

/**
 * What many deliveries of one account look at, watched together: which objects
 * are there, and how they are. Where few deliveries run, there are no such views,
 * and each reads what it needs.
 */
export class DeliveryViews {
  private readonly views: ObjectViews;

  constructor(options: { views?: ObjectViews } = {}) {
    this.views = options.views ?? new ObjectViews();
  }

  /** Those of some objects that are not there. */
  absent(
    run: Run,
    client: ClusterClient,
    refs: readonly ObjectRef[],
  ): ObjectRef[] {
    const views = new Map<string, ObjectView | undefined>();
    return refs.filter(ref => {
      const place = `${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ''}`;
      if (!views.has(place)) {
        // Once for each delivery, however many objects it has.
        views.set(place, this.viewOf(run, client, ref, true));
      }
      const view = views.get(place);
      return view !== undefined && view.get(ref.name) === undefined;
    });
  }

  /**
   * Waits a moment for objects to become healthy; gives whether all did. False,
   * at once, where they are not watched: then they have to be read.
   */
  async settle(
    run: Run,
    client: ClusterClient,
    targets: readonly AppliedVersion[],
    rules: readonly HealthRule[],
  ): Promise<boolean> {
    const watched = targets.flatMap(target => {
      const view = this.viewOf(run, client, target.ref, false);
      return view ? [{ ...target, view }] : [];
    });
    if (watched.length < targets.length || watched.length === 0) {
      return false;
    }
    const pending = new Set(watched);
    const look = (): boolean => {
      for (const target of pending) {
        const { view, ref, resourceVersion } = target;
        const object = view.get(ref.name);
        if (
          object &&
          // What it was before it was applied may have been healthy, too.
          view.hasShown(ref.name, resourceVersion) &&
          healthOf(object, { rules }).status === 'Current'
        ) {
          pending.delete(target);
        }
      }
      return pending.size === 0;
    };
    if (look()) {
      return true;
    }
    return run.claim.rest(
      new Promise<boolean>(resolve => {
        const ending: (() => void)[] = [];
        const end = (isHealthy: boolean) => {
          ending.forEach(step => step());
          resolve(isHealthy);
        };
        const timer = setTimeout(() => end(false), MOMENT_MS);
        const onAbort = () => end(false);
        run.signal.addEventListener('abort', onAbort, { once: true });
        ending.push(
          () => clearTimeout(timer),
          () => run.signal.removeEventListener('abort', onAbort),
          ...watched.map(({ view, ref }) =>
            view.subscribe(ref.name, () => {
              if (look()) {
                end(true);
              }
            }),
          ),
        );
      }),
    );
  }

  async close(): Promise<void> {
    await this.views.close();
  }

  private viewOf(
    { home, object, namespace }: Run,
    client: ClusterClient,
    ref: ObjectRef,
    metadataOnly: boolean,
  ): ObjectView | undefined {
    if (object.spec.kubeConfig) {
      // The connection to another cluster may end with the run.
      return undefined;
    }
    const identity = home.deliveryIdentity({
      namespace,
      serviceAccountName: object.spec.serviceAccountName,
    });
    return this.views.ask({
      client,
      user: JSON.stringify([home.name, identity]),
      ref,
      metadataOnly,
    });
  }
}
