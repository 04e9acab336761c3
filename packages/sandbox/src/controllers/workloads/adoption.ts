import type { JsonObject } from '../../json/value';
import { asArray, asObject, at, equal } from '../../json/value';
import type { Change } from '../../storage/objectStore';
import type { Controller, ControllerContext } from '../controllerContext';
import {
  controllerOf,
  controllerReference,
  isDeleting,
  labelsOf,
  namespaceOf,
  uidOf,
  withMetadata,
} from '../objects';
import { isActive } from '../pods/podState';
import { matchesAll, selects } from '../selector';

const MANAGER = 'kube-controller-manager';

/** Makes an owner the controller of what nobody controls and its selector selects; lets go what it no longer selects. */
export function adopt(
  context: ControllerContext,
  owner: JsonObject,
  storage: string,
  isWanted: (object: JsonObject) => boolean = () => true,
): void {
  for (const object of context.controlled(owner, storage)) {
    if (isDeleting(object) || selectedBy(owner, object)) continue;
    release(context, owner, object);
  }
  for (const object of context.orphans.list(storage, namespaceOf(owner))) {
    if (isDeleting(object) || !isWanted(object)) continue;
    if (selectedBy(owner, object)) take(context, owner, object);
  }
}

/** Adopts pods. */
export function adoptPods(context: ControllerContext, owner: JsonObject): void {
  adopt(context, owner, '/pods', isActive);
}

/** Whether a workload's selector selects an object. */
export function selectedBy(owner: JsonObject, object: JsonObject): boolean {
  const selector = at(owner, 'spec', 'selector');
  if (owner.kind === 'ReplicationController') {
    return matchesAll(asObject(selector), labelsOf(object));
  }
  return selects(selector, labelsOf(object));
}

function take(
  context: ControllerContext,
  owner: JsonObject,
  object: JsonObject,
): void {
  const references = asArray(at(object, 'metadata', 'ownerReferences')).filter(
    reference => asObject(reference).uid !== uidOf(owner),
  );
  const next = withMetadata(object, {
    ownerReferences: [...references, controllerReference(owner)],
  });
  context.attempt(() => context.update(object, next, MANAGER));
}

function release(
  context: ControllerContext,
  owner: JsonObject,
  object: JsonObject,
): void {
  const references = asArray(at(object, 'metadata', 'ownerReferences')).filter(
    reference => asObject(reference).uid !== uidOf(owner),
  );
  const next = withMetadata(object, {
    ownerReferences: references.length > 0 ? references : undefined,
  });
  context.attempt(() => context.update(object, next, MANAGER));
}

const ADOPTERS: Record<string, string[]> = {
  '/pods': [
    'apps/replicasets',
    'apps/statefulsets',
    'apps/daemonsets',
    'batch/jobs',
    '/replicationcontrollers',
  ],
  'apps/replicasets': ['apps/deployments'],
};

/** Shows what nothing controls to those that may adopt it. */
export class AdoptionController implements Controller {
  constructor(private readonly context: ControllerContext) {}

  onChange({ type, storage, object, previous }: Change): void {
    const adopters = ADOPTERS[storage];
    if (!adopters || type === 'DELETED' || controllerOf(object)) return;
    const isNew =
      !previous ||
      controllerOf(previous) !== undefined ||
      !equal(labelsOf(previous), labelsOf(object));
    if (!isNew) return;
    for (const adopter of adopters) {
      for (const owner of this.context.store.list(
        adopter,
        namespaceOf(object),
      )) {
        if (selectedBy(owner, object)) {
          this.context.reconcilers.add(adopter, owner);
        }
      }
    }
  }
}
