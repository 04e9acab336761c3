import type { Admission } from '../admission/admission';
import type { JsonObject, JsonValue } from '../json/value';
import type { Resource, ResourceVersion } from '../kinds/resource';

/** The object, or the collection, that a request is about. */
export interface Target {
  readonly resource: Resource;
  readonly version: ResourceVersion;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** Empty for a collection. */
  readonly name: string;
  /** Empty for the object itself, else `status` or `scale`. */
  readonly subresource: string;
}

/** How a write is to be done. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  /** Told of what the client should know. */
  warn(message: string): void;
  /** What else has a say; writes of controllers have none. */
  readonly admission?: Admission;
  /** The options of the request as admission sees them. */
  readonly requestOptions?: JsonObject;
}

/** A patch in one of its four languages. */
export type Patch =
  | { readonly type: 'json' | 'merge' | 'strategic'; readonly body: JsonValue }
  | {
      readonly type: 'apply';
      readonly body: JsonObject;
      readonly force: boolean;
    };

/** How an object is to be deleted. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { uid?: string; resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
  readonly admission?: Admission;
  readonly requestOptions?: JsonObject;
}
