import {
  FieldManager,
  FluxAnnotation,
  FluxLabel,
  formatObject,
  GitopsAnnotation,
  GitopsObject,
  kindByName,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  homeErrorOf,
  HomeUnavailableError,
  NotSupportedError,
  ObjectChangedError,
  ObjectSuspendedError,
} from '../errors';
import { HeldPrune } from '../../controllers/kustomize/HeldPrunes';
import { LocatedObject, workKeyOf } from '../objects/locateObject';
import { workId } from '../../engine/queue/WorkQueue';
import { ObjectIndex } from '../objects/ObjectIndex';

/** What an action writes; null removes. */
interface Change {
  annotations: Record<string, string | null>;
  spec?: Record<string, boolean | null>;
}

/**
 * The entity by which an object is registered in the catalog now; orphans are not.
 */
export type RegisteredAs = (key: ObjectKey) => Promise<string | undefined>;

/** What a prune that is held would delete; undefined where none is. */
export type HeldPruneReader = (
  objectId: string,
  object: GitopsObject,
) => Promise<HeldPrune | undefined>;

/** Flux suspends this kind by an annotation, having no field for it. */
const GENERATOR_SWITCH = 'source.extensions.fluxcd.io/reconcile';

/**
 * What people do to an object. Everything is written to the object itself, as
 * merge patches of the portal's own field manager: an apply from Git that does
 * not name the field leaves it alone, one that names it wins, and nothing is
 * lost with the portal's database.
 */
export class ObjectActions {
  private readonly index: ObjectIndex;
  private readonly registeredAs: RegisteredAs;
  private readonly heldPrune: HeldPruneReader;
  private readonly now: () => number;

  constructor(options: {
    index: ObjectIndex;
    registeredAs: RegisteredAs;
    heldPrune: HeldPruneReader;
    now?: () => number;
  }) {
    this.index = options.index;
    this.registeredAs = options.registeredAs;
    this.heldPrune = options.heldPrune;
    this.now = options.now ?? Date.now;
  }

  /**
   * Asks for a run, as `flux reconcile` does; of the source first, where one is
   * given. Nothing is written unless both may run.
   */
  async reconcile(
    located: LocatedObject,
    findSource?: () => LocatedObject,
  ): Promise<LocatedObject> {
    const targets = findSource ? [findSource(), located] : [located];
    targets.forEach(checkReconcilable);
    let last = located;
    for (const target of targets) {
      last = await this.write(target, {
        annotations: { [FluxAnnotation.requestedAt]: this.requestTime(target) },
      });
    }
    return last;
  }

  async suspend(
    located: LocatedObject,
    by: { actor: string; reason?: string },
  ): Promise<LocatedObject> {
    return this.write(located, suspension(located, true, by));
  }

  async resume(
    located: LocatedObject,
    by: { actor: string },
  ): Promise<LocatedObject> {
    return this.write(located, suspension(located, false, by));
  }

  /**
   * Deletes an object that nothing would bring back; what it delivered goes as its
   * deletion policy says. It shows until that is done.
   */
  async delete(
    located: LocatedObject,
    { uid }: { uid: string },
  ): Promise<LocatedObject> {
    const { home, object, summary } = located;
    const { key } = summary;
    if (home.mode !== 'reconcile') {
      throw new NotSupportedError(
        `the portal deletes nothing in the home '${home.name}', which is in mode ${home.mode}`,
      );
    }
    if (!home.state.connected) {
      throw new HomeUnavailableError(home.name, home.state.error);
    }
    if (object.metadata.uid !== uid) {
      throw new ObjectChangedError(
        `${formatObject(key)} was deleted and made anew meanwhile; look again and repeat`,
      );
    }
    const owner = object.metadata.labels?.[FluxLabel.kustomizationName];
    if (owner) {
      throw new NotSupportedError(
        `${formatObject(key)} is delivered from Git by the Kustomization ${owner}, which would make it anew; take it out there`,
      );
    }
    const registered = await this.registeredAs(key);
    if (registered) {
      throw new NotSupportedError(
        `${formatObject(key)} is registered in the catalog as ${registered}, which would make it anew; unregister its location first`,
      );
    }
    const { kind, namespace, name } = key;
    const ref = { apiVersion: object.apiVersion, kind, namespace, name };
    try {
      await home.client.delete(ref, { uid });
    } catch (error) {
      throw homeErrorOf(key, error);
    }
    return located;
  }

  /**
   * Lets a held prune go: of the very set that was looked at. The approval is
   * written to the object, and used up by the prune.
   */
  async approvePrune(
    located: LocatedObject,
    by: { digest: string; actor: string },
  ): Promise<LocatedObject> {
    const { home, object, summary } = located;
    const { key } = summary;
    if (home.mode !== 'reconcile') {
      throw new NotSupportedError(
        `the portal prunes nothing in the home '${home.name}', which is in mode ${home.mode}`,
      );
    }
    if (summary.suspended) {
      throw new ObjectSuspendedError(key);
    }
    const held = await this.heldPrune(workId(workKeyOf(summary)), object);
    if (!held) {
      throw new ObjectChangedError(
        `no prune of ${formatObject(key)} is held, or what it would delete is not known yet; look again`,
      );
    }
    if (held.reason === 'home-replaced') {
      throw new NotSupportedError(
        `the home '${home.name}' is another cluster than it was; whoever administers the portal confirms it by clusterUid of the home in app-config`,
      );
    }
    if (held.digest !== by.digest) {
      throw new ObjectChangedError(
        `what would be deleted is another set by now (${held.digest}); look at it again`,
      );
    }
    return this.write(located, {
      annotations: {
        [GitopsAnnotation.approvedPrune]: held.digest,
        [GitopsAnnotation.actor]: by.actor,
      },
    });
  }

  private async write(
    { home, object, summary }: LocatedObject,
    change: Change,
  ): Promise<LocatedObject> {
    if (!home.state.connected) {
      throw new HomeUnavailableError(home.name, home.state.error);
    }
    const { key } = summary;
    try {
      const written = await home.client.patch<GitopsObject>(
        {
          apiVersion: object.apiVersion,
          kind: key.kind,
          namespace: key.namespace,
          name: key.name,
        },
        {
          type: 'merge',
          fieldManager: FieldManager.portal,
          body: {
            metadata: {
              // Refused where somebody made another object of that name.
              ...(object.metadata.uid && { uid: object.metadata.uid }),
              annotations: change.annotations,
            },
            ...(change.spec && { spec: change.spec }),
          },
        },
      );
      const now = home.withPlannedStatus(written);
      return { home, object: now, summary: this.index.summaryOf(home, now) };
    } catch (error) {
      throw homeErrorOf(key, error);
    }
  }

  /** RFC 3339; differs from the last one, or nobody would notice. */
  private requestTime({ object }: LocatedObject): string {
    const time = new Date(this.now()).toISOString();
    const last = object.metadata.annotations?.[FluxAnnotation.requestedAt];
    return time === last ? time.replace('Z', '001Z') : time;
  }
}

function checkReconcilable({ object, summary }: LocatedObject): void {
  if (kindByName(object.kind)?.hasStatus === false) {
    throw new NotSupportedError(
      `${formatObject(summary.key)} only holds settings; there is nothing to reconcile`,
    );
  }
  if (summary.suspended) {
    throw new ObjectSuspendedError(summary.key);
  }
}

function suspension(
  { object, summary }: LocatedObject,
  suspend: boolean,
  by: { actor: string; reason?: string },
): Change {
  const annotations: Change['annotations'] = {
    [GitopsAnnotation.actor]: by.actor,
    [GitopsAnnotation.suspendReason]: (suspend && by.reason) || null,
  };
  if (object.kind === 'ArtifactGenerator') {
    return {
      annotations: {
        ...annotations,
        [GENERATOR_SWITCH]: suspend ? 'disabled' : null,
      },
    };
  }
  const fields = kindByName(object.kind)?.spec.properties ?? {};
  if (!Object.hasOwn(fields, 'suspend')) {
    throw new NotSupportedError(
      `${formatObject(summary.key)} cannot be suspended: the kind has no such field`,
    );
  }
  return { annotations, spec: { suspend: suspend || null } };
}
