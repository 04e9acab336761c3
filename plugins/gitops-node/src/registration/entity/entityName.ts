import { createHash } from 'node:crypto';

/**
 * Names in the catalog are at most this long (catalog-model 1.10).
 *
 * @public
 */
export const LONGEST_ENTITY_NAME = 63;

/**
 * A home as far as the names of entities need it.
 *
 * @public
 */
export interface HomeNaming {
  /** Lower case letters, digits and dashes. */
  name: string;
  /** Whether its entities carry the names of their objects as they are. */
  bare: boolean;
}

/**
 * The name of the entity of an object: the object's own name in the bare home
 * and without a home, else `<name>_<home>`. Since no Kubernetes name holds an
 * underscore, two objects never get the same name. May be longer than
 * {@link LONGEST_ENTITY_NAME}; the catalog refuses it then.
 *
 * @public
 */
export function entityNameOf(
  home: HomeNaming | undefined,
  objectName: string,
): string {
  return !home || home.bare ? objectName : `${objectName}_${home.name}`;
}

/** Hexadecimal digits of a name that is cut: 80 bits, and room for the name. */
const HASH_DIGITS = 20;
/** Neither object names nor names of homes hold an underscore: no other name has two. */
const BEFORE_HASH = '__';

/**
 * The name of the entity that is published for an object: as
 * {@link entityNameOf}, and where that is longer than
 * {@link LONGEST_ENTITY_NAME}, its beginning, two underscores and a hash of the
 * home and the whole name. It stays the same for as long as both do.
 *
 * @public
 */
export function publishedNameOf(
  home: HomeNaming | undefined,
  objectName: string,
): string {
  const name = entityNameOf(home, objectName);
  if (name.length <= LONGEST_ENTITY_NAME) {
    return name;
  }
  const hash = createHash('sha256')
    .update(`${home?.name ?? ''}\n${objectName}`)
    .digest('hex')
    .slice(0, HASH_DIGITS);
  const room = LONGEST_ENTITY_NAME - BEFORE_HASH.length - HASH_DIGITS;
  return `${objectName.slice(0, room)}${BEFORE_HASH}${hash}`;
}

/**
 * The name of the object of an entity that {@link entityNameOf} named. Of an
 * entity that was published, the annotation `ManifestAnnotation.object` tells it.
 *
 * @public
 */
export function objectNameOf(
  home: HomeNaming | undefined,
  entityName: string,
): string {
  const ending = `_${home?.name}`;
  return home && !home.bare && entityName.endsWith(ending)
    ? entityName.slice(0, -ending.length)
    : entityName;
}
