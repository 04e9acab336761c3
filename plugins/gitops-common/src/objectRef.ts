import { GitopsObject } from './objects';

/**
 * Where an object lives: the home cluster, the kind, the namespace, the name.
 *
 * @public
 */
export interface ObjectKey {
  /** Name of the home cluster, as app-config has it. */
  home: string;
  kind: string;
  namespace: string;
  name: string;
}

/**
 * Thrown for text that is not a key.
 *
 * @public
 */
export class ObjectKeyError extends Error {
  readonly code = 'GITOPS_INVALID_OBJECT_KEY';
  constructor(text: string) {
    super(
      `'${text}' is not the key of an object: expected home/Kind/namespace/name`,
    );
    this.name = 'ObjectKeyError';
  }
}

const PART = /^[^/\s]+$/;

/**
 * `home/Kind/namespace/name`: the form used in the database, in logs and in
 * routes. None of the parts can hold a slash.
 *
 * @public
 */
export function stringifyObjectKey(key: ObjectKey): string {
  const parts = [key.home, key.kind, key.namespace, key.name];
  if (!parts.every(part => PART.test(part))) {
    throw new ObjectKeyError(parts.join('/'));
  }
  return parts.join('/');
}

/**
 * Reads what {@link stringifyObjectKey} wrote.
 *
 * @public
 */
export function parseObjectKey(text: string): ObjectKey {
  const parts = text.split('/');
  if (parts.length !== 4 || !parts.every(part => PART.test(part))) {
    throw new ObjectKeyError(text);
  }
  const [home, kind, namespace, name] = parts;
  return { home, kind, namespace, name };
}

/**
 * The key of an object that lives in the given home.
 *
 * @public
 */
export function objectKeyOf(
  home: string,
  object: Pick<GitopsObject, 'kind' | 'metadata'>,
): ObjectKey {
  return {
    home,
    kind: object.kind,
    namespace: object.metadata.namespace ?? 'default',
    name: object.metadata.name,
  };
}

/**
 * `Kind/namespace/name`, as Flux writes objects in messages and events;
 * `Kind/name` for what has no namespace.
 *
 * @public
 */
export function formatObject(object: {
  kind: string;
  namespace?: string;
  name: string;
}): string {
  return object.namespace
    ? `${object.kind}/${object.namespace}/${object.name}`
    : `${object.kind}/${object.name}`;
}
