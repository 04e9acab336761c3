/** The drafts of JSON Schema that there are, as years from 2019 on. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

const DRAFTS: ReadonlyMap<string, Draft> = new Map([
  ['json-schema.org/schema', 2020],
  ['json-schema.org/draft/2020-12/schema', 2020],
  ['json-schema.org/draft/2019-09/schema', 2019],
  ['json-schema.org/draft-07/schema', 7],
  ['json-schema.org/draft-06/schema', 6],
  ['json-schema.org/draft-04/schema', 4],
]);

/** The draft that `$schema` names; undefined where none is known by it. */
export function draftOf(url: string): Draft | undefined {
  return DRAFTS.get(url.replace(/#$/, '').replace(/^https?:\/\//, ''));
}

/** What a keyword holds. */
export type Shape =
  | 'schema'
  | 'schemas'
  | 'schema-map'
  | 'schema-or-list'
  | 'dependencies'
  | 'string'
  | 'strings'
  | 'strings-map'
  | 'number'
  | 'positive'
  | 'limit'
  | 'count'
  | 'boolean'
  | 'pattern'
  | 'types'
  | 'list'
  | 'any';

interface Keyword {
  shape: Shape;
  since: Draft;
  until?: Draft;
}

const keyword = (shape: Shape, since: Draft = 4, until?: Draft): Keyword => ({
  shape,
  since,
  until,
});

/** Keywords that have a meaning here, or whose content is a schema. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ['id', keyword('string', 4, 4)],
  ['$id', keyword('string', 6)],
  ['$ref', keyword('string')],
  ['$schema', keyword('string')],
  ['$anchor', keyword('string', 2019)],
  ['$recursiveRef', keyword('string', 2019, 2019)],
  ['$recursiveAnchor', keyword('boolean', 2019, 2019)],
  ['$dynamicRef', keyword('string', 2020)],
  ['$dynamicAnchor', keyword('string', 2020)],
  ['$defs', keyword('schema-map', 2019)],
  ['definitions', keyword('schema-map')],
  ['title', keyword('string')],
  ['description', keyword('string')],
  ['type', keyword('types')],
  ['enum', keyword('list')],
  ['const', keyword('any', 6)],
  ['format', keyword('string')],
  ['not', keyword('schema')],
  ['allOf', keyword('schemas')],
  ['anyOf', keyword('schemas')],
  ['oneOf', keyword('schemas')],
  ['if', keyword('schema', 7)],
  ['then', keyword('schema', 7)],
  ['else', keyword('schema', 7)],
  ['properties', keyword('schema-map')],
  ['patternProperties', keyword('schema-map')],
  ['additionalProperties', keyword('schema')],
  ['propertyNames', keyword('schema', 6)],
  ['dependencies', keyword('dependencies')],
  ['dependentSchemas', keyword('schema-map', 2019)],
  ['dependentRequired', keyword('strings-map', 2019)],
  ['unevaluatedProperties', keyword('schema', 2019)],
  ['required', keyword('strings')],
  ['minProperties', keyword('count')],
  ['maxProperties', keyword('count')],
  ['items', keyword('schema-or-list')],
  ['prefixItems', keyword('schemas', 2020)],
  ['additionalItems', keyword('schema', 4, 2019)],
  ['unevaluatedItems', keyword('schema', 2019)],
  ['contains', keyword('schema', 6)],
  ['minContains', keyword('count', 2019)],
  ['maxContains', keyword('count', 2019)],
  ['minItems', keyword('count')],
  ['maxItems', keyword('count')],
  ['uniqueItems', keyword('boolean')],
  ['minLength', keyword('count')],
  ['maxLength', keyword('count')],
  ['pattern', keyword('pattern')],
  ['minimum', keyword('number')],
  ['maximum', keyword('number')],
  ['exclusiveMinimum', keyword('limit')],
  ['exclusiveMaximum', keyword('limit')],
  ['multipleOf', keyword('positive')],
]);

/** The shape of a keyword in a draft; undefined where it has no meaning. */
export function shapeOf(name: string, draft: Draft): Shape | undefined {
  const known = KEYWORDS.get(name);
  if (!known || draft < known.since || draft > (known.until ?? draft)) {
    return undefined;
  }
  // Limits were flags at first, and lists of items have another name now.
  if (known.shape === 'limit') {
    return draft === 4 ? 'boolean' : 'number';
  }
  return name === 'items' && draft === 2020 ? 'schema' : known.shape;
}
