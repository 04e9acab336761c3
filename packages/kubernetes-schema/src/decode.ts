import type { KindInfo, SchemaNode } from './SchemaNode';

/** The generated text of a table; see scripts/generate.mjs for its format. */
export interface TableText {
  types: string;
  kinds: string;
  verbs: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const SCALARS: Record<string, SchemaNode['scalar']> = {
  s: 'string',
  i: 'integer',
  n: 'number',
  b: 'boolean',
  x: 'intOrString',
  q: 'quantity',
};

const SHAPES: Record<string, SchemaNode['type']> = {
  o: 'object',
  m: 'map',
  l: 'list',
  a: 'any',
};

/** Reads the types of a table one by one, as they are asked for. */
class TypeReader {
  readonly #lines: readonly string[];
  readonly #withYoungFields: boolean;
  readonly #nodes = new Map<string, SchemaNode>();

  constructor(lines: readonly string[], withYoungFields: boolean) {
    this.#lines = lines;
    this.#withYoungFields = withYoungFields;
  }

  node(id: string): SchemaNode {
    let node = this.#nodes.get(id);
    if (!node) {
      node = this.#decode(id);
      this.#nodes.set(id, node);
    }
    return node;
  }

  #decode(id: string): SchemaNode {
    const [head, attributes = '', fields = ''] =
      this.#lines[parseInt(id, 36)].split('|');
    const letter = head[0];
    const elementId = head.slice(1);
    if (letter === '=') {
      // Another type with attributes of its own: a copy, with those replaced.
      const { atomic, ...target } = this.node(elementId);
      return Object.freeze({
        ...target,
        ...(atomic && !attributes.split(' ').includes('g') ? { atomic } : {}),
        ...readAttributes(attributes),
      });
    }
    if (letter === 'o') {
      return this.#objectNode(attributes, fields);
    }
    const element = elementId ? lazy(() => this.node(elementId)) : undefined;
    const node: Mutable<SchemaNode> = {
      type: SHAPES[letter] ?? 'scalar',
      ...(letter in SCALARS ? { scalar: SCALARS[letter] } : {}),
      ...readAttributes(attributes),
      field: letter === 'm' && element ? () => element() : () => undefined,
      fields: () => [],
    };
    if (element) {
      Object.defineProperty(node, 'element', {
        get: element,
        enumerable: true,
      });
    }
    return Object.freeze(node);
  }

  #objectNode(attributes: string, text: string): SchemaNode {
    const fields = new Map<string, string>();
    const required: string[] = [];
    for (const entry of text.split(';')) {
      const colon = entry.lastIndexOf(':');
      const [, name, flags] =
        /^(.*?)([!+]*)$/.exec(entry.slice(0, colon)) ?? [];
      if (flags.includes('+') && !this.#withYoungFields) continue;
      fields.set(name, entry.slice(colon + 1));
      if (flags.includes('!')) required.push(name);
    }
    const field = (name: string) => {
      const id = fields.get(name);
      return id === undefined ? undefined : this.node(id);
    };
    const nodeOf = (id: string) => this.node(id);
    return Object.freeze({
      type: 'object' as const,
      ...readAttributes(attributes),
      ...(required.length > 0 ? { required: Object.freeze(required) } : {}),
      field,
      *fields(): Iterable<[string, SchemaNode]> {
        for (const [name, id] of fields) yield [name, nodeOf(id)];
      },
    });
  }
}

function lazy<T>(make: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= make());
}

function readAttributes(text: string): Partial<SchemaNode> {
  const out: Partial<Mutable<SchemaNode>> = {};
  for (const word of text ? text.split(' ') : []) {
    const value = word.slice(1);
    switch (word[0]) {
      case 'a':
        out.atomic = true;
        break;
      case 't':
        out.listType = value as SchemaNode['listType'];
        break;
      case 'k':
        out.listMapKeys = Object.freeze(value.split(','));
        break;
      case 'm':
        out.patchMergeKey = value;
        break;
      case 's':
        out.patchStrategy = Object.freeze(value.split(','));
        break;
      case 'd':
        out.default = value;
        break;
      default:
    }
  }
  return out;
}

interface Row {
  type: string;
  info?: KindInfo;
}

/** One view of the table: all it knows, or only what 1.21 knew. */
export class SchemaTable {
  readonly #rows = new Map<string, Row>();
  readonly #types: TypeReader;

  constructor(text: TableText, release: 'latest' | '1.21') {
    this.#types = new TypeReader(text.types.split('\n'), release === 'latest');
    const verbs = text.verbs.split('\n').map(words);
    for (const line of text.kinds.split('\n')) {
      const [group, version, kind, type, since, plural, ...rest] =
        line.split('|');
      if (since === '+' && release !== 'latest') continue;
      const row: Row = { type };
      if (plural) {
        const [singular, scope, shortNames, categories, verb, subresources] =
          rest;
        row.info = Object.freeze({
          group,
          version,
          kind,
          plural,
          singular: singular || kind.toLowerCase(),
          namespaced: scope === 'N',
          shortNames: words(shortNames),
          categories: words(categories),
          verbs: verbs[parseInt(verb, 36)],
          subresources: words(subresources),
        });
      }
      this.#rows.set(`${group ? `${group}/` : ''}${version} ${kind}`, row);
    }
  }

  schemaOf(apiVersion: string, kind: string): SchemaNode | undefined {
    const row = this.#rows.get(`${apiVersion} ${kind}`);
    return row && this.#types.node(row.type);
  }

  kindInfo(apiVersion: string, kind: string): KindInfo | undefined {
    return this.#rows.get(`${apiVersion} ${kind}`)?.info;
  }

  *kinds(): Iterable<KindInfo> {
    for (const { info } of this.#rows.values()) if (info) yield info;
  }
}

function words(text: string): readonly string[] {
  return Object.freeze(text ? text.split(',') : []);
}
