import type { JsonObject, JsonValue } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';

/** What an owner reference says. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: boolean;
}

export function nameOf(object: JsonObject): string {
  return asString(at(object, 'metadata', 'name')) ?? '';
}

export function namespaceOf(object: JsonObject): string {
  return asString(at(object, 'metadata', 'namespace')) ?? '';
}

export function uidOf(object: JsonObject): string {
  return asString(at(object, 'metadata', 'uid')) ?? '';
}

export function labelsOf(object: JsonObject): JsonObject {
  return asObject(at(object, 'metadata', 'labels'));
}

export function annotationsOf(object: JsonObject): JsonObject {
  return asObject(at(object, 'metadata', 'annotations'));
}

export function isDeleting(object: JsonObject): boolean {
  return at(object, 'metadata', 'deletionTimestamp') !== undefined;
}

export function generationOf(object: JsonObject): number {
  return Number(at(object, 'metadata', 'generation') ?? 0);
}

/** When it was created, in milliseconds. */
export function createdAt(object: JsonObject): number {
  return timeOf(at(object, 'metadata', 'creationTimestamp')) ?? 0;
}

/** A time of the API in milliseconds. */
export function timeOf(value: JsonValue | undefined): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A number at a path; the default where there is none. */
export function numberAt(
  object: JsonObject,
  fallback: number,
  ...path: string[]
): number {
  const value = at(object, ...path);
  return value === undefined || value === null ? fallback : Number(value);
}

/** The objects of a list at a path. */
export function objectsAt(object: JsonObject, ...path: string[]): JsonObject[] {
  return asArray(at(object, ...path)).filter(isObject);
}

export function ownerReferences(object: JsonObject): OwnerReference[] {
  return objectsAt(object, 'metadata', 'ownerReferences').map(reference => ({
    apiVersion: asString(reference.apiVersion) ?? '',
    kind: asString(reference.kind) ?? '',
    name: asString(reference.name) ?? '',
    uid: asString(reference.uid) ?? '',
    controller: reference.controller === true,
  }));
}

/** The owner that controls an object. */
export function controllerOf(object: JsonObject): OwnerReference | undefined {
  return ownerReferences(object).find(owner => owner.controller);
}

/** How a controller refers to its object from what it makes. */
export function controllerReference(owner: JsonObject): JsonObject {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A copy with other metadata. */
export function withMetadata(
  object: JsonObject,
  change: JsonObject,
): JsonObject {
  return { ...object, metadata: { ...asObject(object.metadata), ...change } };
}

/** A copy without the members that Go's `omitempty` leaves out. */
export function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) =>
        value !== undefined &&
        value !== 0 &&
        value !== '' &&
        value !== false &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
}
