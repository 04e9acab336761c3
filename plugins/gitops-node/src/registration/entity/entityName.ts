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

/**
 * The name of the object of an entity that {@link entityNameOf} named.
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
