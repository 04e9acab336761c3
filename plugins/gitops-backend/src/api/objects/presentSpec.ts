import {
  isJsonObject,
  JsonObject,
  JsonValue,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import {
  FieldSchema,
  GitopsObject,
  kindByName,
} from '@backstage-gitops/plugin-gitops-common';

/** Stands in the place of a value that is not shown. */
export const WITHHELD = '<withheld>';

/** A spec for people. */
export interface PresentedSpec {
  spec: JsonObject;
  /** Paths whose values are withheld. */
  withheld: string[];
}

/**
 * The spec of an object without the values of fields that may hold secrets, as
 * the schema of its kind marks them: Helm values, substitutions and patches keep
 * their keys only, addresses lose user and query. What the schema does not know
 * is withheld as well.
 */
export function presentSpec(object: GitopsObject): PresentedSpec {
  const withheld: string[] = [];
  const schema = kindByName(object.kind)?.spec;
  const { spec } = object as { spec?: JsonValue };
  const shown = isJsonObject(spec)
    ? present(spec, schema, 'spec', withheld)
    : {};
  return { spec: isJsonObject(shown) ? shown : {}, withheld };
}

function present(
  value: JsonValue,
  schema: FieldSchema | undefined,
  path: string,
  withheld: string[],
): JsonValue {
  if (schema?.sensitive === 'url' && typeof value === 'string') {
    return withoutCredentials(value);
  }
  if (!schema || schema.sensitive || schema.type === 'any') {
    withheld.push(path);
    return keysOf(value);
  }
  if (Array.isArray(value)) {
    return value.map((item, i) =>
      present(item, schema.items, `${path}[${i}]`, withheld),
    );
  }
  if (isJsonObject(value)) {
    const shown: JsonObject = {};
    for (const [name, child] of Object.entries(value)) {
      const field =
        schema.properties && Object.hasOwn(schema.properties, name)
          ? schema.properties[name]
          : schema.additionalProperties;
      setOwn(shown, name, present(child, field, `${path}.${name}`, withheld));
    }
    return shown;
  }
  return value;
}

function keysOf(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) {
    return WITHHELD;
  }
  const keys: JsonObject = {};
  for (const [name, child] of Object.entries(value)) {
    setOwn(keys, name, keysOf(child));
  }
  return keys;
}

/** Both parts of an address where people put passwords and tokens. */
function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/s, '');
}
