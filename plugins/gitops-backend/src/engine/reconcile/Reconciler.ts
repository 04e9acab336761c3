import {
  GitopsKind,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { ObjectReference } from '../../homes/ObjectReference';
import { Home } from '../../homes/Home';
import { Claim } from '../queue/WorkQueue';
import { Outcome } from '../run/Outcome';
import { ReconcileRun } from './ReconcileRun';

/**
 * The behaviour of one kind. A reconciler keeps no state of its own: what it
 * must remember is in the object's status, in the artifact store or in the
 * plugin database, so that any process can take the next run.
 */
export interface Reconciler<T extends GitopsObject = GitopsObject> {
  readonly kind: GitopsKind;

  /**
   * What its objects keep until it is done with them. Default: Flux's own. Null:
   * nothing that is outside the portal has to be undone, and the object may go
   * at once; that of Flux, where another controller has put it, is still honoured.
   */
  readonly finalizer?: string | null;

  /** There is no such object any more: lets go of what was kept for it. */
  gone?(home: Home, claim: Claim): Promise<void>;

  /** The objects whose change may concern this one: its source, what it depends on. */
  references(object: T): ObjectReference[];

  /**
   * Whether a change of something that `references` named is worth a run now.
   * `before` is undefined when `changed` did not change itself, but `object`
   * did.
   */
  wakesFor(
    object: T,
    changed: GitopsObject,
    before: GitopsObject | undefined,
  ): boolean;

  /**
   * The object only holds settings that others read: it has no status, no
   * finalizer and no runs. Default: no object is.
   */
  isStatic?(object: T): boolean;

  /** Brings the world to what the object says. Reads as a story. */
  reconcile(run: ReconcileRun<T>): Promise<Outcome>;

  /** The process stops: runs that wait for something end soon. */
  stop?(): void;

  /**
   * The object is being deleted: cleans up what it stands for. `done` lets go
   * of the finalizer; anything else keeps it.
   */
  finalize(run: ReconcileRun<T>): Promise<Outcome>;
}
