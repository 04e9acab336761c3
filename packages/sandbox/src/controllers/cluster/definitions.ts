import type { JsonObject } from '../../json/value';
import { asArray, asObject, asString, at, isObject } from '../../json/value';
import { DEFINITION_FINALIZER } from '../../objects/deleteObject';
import { apiTime } from '../../objects/objectWriter';
import type { Change } from '../../storage/objectStore';
import type { Controller, ControllerContext } from '../controllerContext';
import { controllerOptions } from '../controllerContext';

/** Where CustomResourceDefinitions are stored. */
export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';
const MANAGER = 'kube-apiserver';

/**
 * Serves what CustomResourceDefinitions describe, reports Established and
 * NamesAccepted, and removes the objects of a definition that is deleted.
 */
export class DefinitionController implements Controller {
  constructor(private readonly context: ControllerContext) {}

  /** Serves all stored definitions; to be called before requests are taken. */
  restore(): void {
    for (const definition of this.context.store.list(DEFINITIONS)) {
      if (isEstablished(definition)) this.context.registry.define(definition);
    }
  }

  onChange(change: Change): void {
    if (change.storage !== DEFINITIONS) {
      if (change.type === 'DELETED') this.finish(change.storage);
      return;
    }
    const spec = asObject(change.object.spec);
    const group = asString(spec.group) ?? '';
    const plural = asString(asObject(spec.names).plural) ?? '';
    if (change.type === 'DELETED') {
      this.context.registry.remove(group, plural);
      this.context.store.drop(`${group}/${plural}`);
      return;
    }
    const live = this.context.current(change.object);
    if (!live) return;
    if (at(live, 'metadata', 'deletionTimestamp')) this.empty(live);
    else this.establish(live);
  }

  private establish(live: JsonObject): void {
    this.context.registry.define(live);
    const status = establishedStatus(
      live,
      apiTime(this.context.writer.options.now()),
    );
    this.context.attempt(() => this.context.writeStatus(live, status, MANAGER));
  }

  private empty(live: JsonObject): void {
    const spec = asObject(live.spec);
    const group = asString(spec.group) ?? '';
    const plural = asString(asObject(spec.names).plural) ?? '';
    const resource = this.context.registry.findResource(group, plural);
    const objects = this.context.store.list(`${group}/${plural}`);
    for (const object of objects) {
      const target = resource && this.context.target(resource, object);
      if (!target || at(object, 'metadata', 'deletionTimestamp')) continue;
      this.context.attempt(() =>
        this.context.writer.delete(target, { dryRun: false }),
      );
    }
    this.finish(`${group}/${plural}`);
  }

  /** Lets a deleted definition go when its last object is gone. */
  private finish(storage: string): void {
    if (this.context.store.list(storage).length > 0) return;
    const [group, plural] = storage.split('/');
    const live = this.context.store.get({
      storage: DEFINITIONS,
      namespace: '',
      name: `${plural}.${group}`,
    });
    if (!live || !at(live, 'metadata', 'deletionTimestamp')) return;
    this.write(live, {
      ...live,
      metadata: {
        ...asObject(live.metadata),
        finalizers: asArray(asObject(live.metadata).finalizers).filter(
          name => name !== DEFINITION_FINALIZER,
        ),
      },
    });
  }

  private write(live: JsonObject, next: JsonObject): void {
    const target = this.context.targetOf(live);
    if (!target) return;
    this.context.attempt(() =>
      this.context.writer.update(
        target,
        live,
        next,
        controllerOptions(MANAGER),
      ),
    );
  }
}

function isEstablished(definition: JsonObject): boolean {
  return asArray(at(definition, 'status', 'conditions')).some(
    condition =>
      isObject(condition) &&
      condition.type === 'Established' &&
      condition.status === 'True',
  );
}

function establishedStatus(live: JsonObject, now: string): JsonObject {
  const spec = asObject(live.spec);
  const stored = asArray(spec.versions)
    .filter(isObject)
    .filter(version => version.storage === true)
    .map(version => asString(version.name) ?? '');
  const previous = asArray(at(live, 'status', 'storedVersions')).map(String);
  const before = asArray(at(live, 'status', 'conditions')).filter(isObject);
  const condition = (type: string, reason: string, message: string) =>
    before.find(entry => entry.type === type && entry.status === 'True') ?? {
      type,
      status: 'True',
      lastTransitionTime: now,
      reason,
      message,
    };
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition(
        'Established',
        'InitialNamesAccepted',
        'the initial names have been accepted',
      ),
    ],
    acceptedNames: asObject(spec.names),
    storedVersions: [...new Set([...previous, ...stored])],
  };
}
