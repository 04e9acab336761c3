import { ApiError } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asObject, asString } from '../json/value';
import type { KindRegistry } from '../kinds/registry';
import type { Resource } from '../kinds/resource';
import { apiVersionOf, versionOf } from '../kinds/resource';
import type { ObjectWriter } from '../objects/objectWriter';
import type { Target, WriteOptions } from '../objects/writeRequest';
import type { Change, ObjectStore } from '../storage/objectStore';

/** A part of the simulated control plane. */
export interface Controller {
  /** Looks at a change and does what follows from it. */
  onChange(change: Change): void;
}

/** How controllers read and write. */
export class ControllerContext {
  readonly store: ObjectStore;

  constructor(
    readonly writer: ObjectWriter,
    readonly registry: KindRegistry,
  ) {
    this.store = writer.store;
  }

  /** The target of a stored object; undefined when its kind is not served any more. */
  targetOf(object: JsonObject, subresource = ''): Target | undefined {
    const found = this.registry.findKind(
      asString(object.apiVersion) ?? '',
      asString(object.kind) ?? '',
    );
    return found && { ...found, ...namesOf(object), subresource };
  }

  /** The target of an object of a resource in its storage version. */
  target(
    resource: Resource,
    object: JsonObject,
    subresource = '',
  ): Target | undefined {
    const version = versionOf(resource, resource.storageVersion);
    return version && { resource, version, ...namesOf(object), subresource };
  }

  /** Creates an object unless it exists. */
  ensure(object: JsonObject, manager: string): void {
    const target = this.targetOf(object);
    if (!target || this.writer.find(target)) return;
    this.writer.create(target, object, controllerOptions(manager));
  }

  /** Writes a status, as a controller of the given name. */
  writeStatus(live: JsonObject, status: JsonObject, manager: string): void {
    const target = this.targetOf(live, 'status');
    if (!target) return;
    this.writer.update(
      target,
      live,
      { ...live, status },
      controllerOptions(manager),
    );
  }

  /** The object as it is now; undefined when it is gone or another one has its name. */
  current(object: JsonObject): JsonObject | undefined {
    const target = this.targetOf(object);
    const live = target && this.writer.find(target);
    return live && asObject(live.metadata).uid === asObject(object.metadata).uid
      ? live
      : undefined;
  }

  /** Runs a write that may lose a race; the change that won brings the controller back. */
  attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

/** Options of a controller's writes. */
export function controllerOptions(manager: string): WriteOptions {
  return {
    dryRun: false,
    fieldManager: manager,
    fieldValidation: 'Ignore',
    warn: () => {},
  };
}

function namesOf(object: JsonObject): { namespace: string; name: string } {
  const metadata = asObject(object.metadata);
  return {
    namespace: asString(metadata.namespace) ?? '',
    name: asString(metadata.name) ?? '',
  };
}

/** The `apiVersion` in which a resource is stored. */
export function storedApiVersion(resource: Resource): string {
  return apiVersionOf(resource.group, resource.storageVersion);
}
