import {
  Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Node,
  Pair,
  parseAllDocuments,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { SopsDocument, SopsFormat, SopsLeaf } from './SopsDocument';
import { SopsError } from './SopsError';
import { readMetadata, SopsMetadata } from './SopsMetadata';
import { formatFloat, SopsValue } from './SopsValue';
import { writeJson } from './writeJson';

const METADATA = 'sops';
/** An alias is walked through as what it stands for. */
const MAX_LEAVES = 1_000_000;

/** A YAML or JSON file; several YAML documents are one file. */
export class NodeDocument implements SopsDocument {
  readonly metadata: SopsMetadata;
  private readonly documents: Document[];

  /** @throws SopsError */
  static parse(text: string, format: 'yaml' | 'json'): NodeDocument {
    const documents = parseAllDocuments(text, {
      intAsBigInt: true,
      uniqueKeys: format === 'yaml',
      ...(format === 'json'
        ? { schema: 'json' }
        : { schema: 'core', customTags: ['timestamp'] }),
    });
    const list = Array.isArray(documents) ? documents : [];
    const fault = list.flatMap(({ errors }) => errors)[0];
    if (fault) {
      throw new SopsError(
        'SOPS_FORMAT',
        `it is no ${format === 'json' ? 'JSON' : 'YAML'} (${fault.code} in line ${fault.linePos?.[0].line ?? '?'})`,
      );
    }
    return new NodeDocument(list);
  }

  /** @throws SopsError where there is no metadata of SOPS in it */
  private constructor(documents: Document[]) {
    this.documents = documents;
    const holder = documents.find(
      ({ contents }) => isMap(contents) && contents.has(METADATA),
    );
    this.metadata = readMetadata(
      (holder?.toJS({ maxAliasCount: 0 }) as Record<string, unknown>)?.[
        METADATA
      ],
    );
    for (const document of documents) {
      document.delete(METADATA);
    }
  }

  *leaves(): Iterable<SopsLeaf> {
    let count = 0;
    for (const document of this.documents) {
      const { contents } = document;
      if (isMap(contents)) {
        for (const leaf of leavesOfMap(document, contents, [], [])) {
          count += 1;
          if (count > MAX_LEAVES) {
            throw new SopsError(
              'SOPS_FORMAT',
              `it has more than ${MAX_LEAVES} values`,
            );
          }
          yield leaf;
        }
      } else if (contents !== null && !isNull(contents)) {
        throw new SopsError(
          'SOPS_FORMAT',
          'a document of it is a list or a value; sops encrypts maps alone',
        );
      }
    }
  }

  write(format: SopsFormat): Buffer {
    const [document] = this.documents;
    switch (format) {
      case 'yaml':
        return Buffer.from(this.documents.map(writeYaml).join('---\n'));
      case 'json':
        return Buffer.from(`${writeJson(document)}\n`);
      case 'binary': {
        const data = isMap(document.contents)
          ? document.contents.get('data')
          : undefined;
        if (typeof data !== 'string') {
          throw new SopsError(
            'SOPS_FORMAT',
            "it cannot be written as a file without format: it has no text 'data'",
          );
        }
        return Buffer.from(data);
      }
      default:
        return Buffer.from(this.lines(format).join(''));
    }
  }

  private lines(format: 'dotenv' | 'ini'): string[] {
    const { contents } = this.documents[0];
    const lines: string[] = [];
    for (const { key, value } of isMap(contents) ? contents.items : []) {
      const name = nameOf(key);
      if (format === 'dotenv' && isScalar(value)) {
        lines.push(`${name}=${textOf(value).replaceAll('\n', '\\n')}\n`);
      } else if (format === 'ini' && isMap(value)) {
        lines.push(
          `[${name}]\n`,
          ...value.items.map(
            item => `${nameOf(item.key)} = ${textOf(item.value)}\n`,
          ),
        );
      } else {
        throw new SopsError(
          'SOPS_FORMAT',
          `it cannot be written as ${format}: '${name}' has another form`,
        );
      }
    }
    return lines;
  }
}

function* leavesOfMap(
  document: Document,
  map: YAMLMap,
  path: readonly string[],
  outer: readonly (readonly string[])[],
): Iterable<SopsLeaf> {
  const own: string[] = [];
  const comments = [...outer, own];
  yield* commentsOf(path, comments, own, map);
  for (const pair of map.items) {
    if (!isPair(pair)) {
      continue;
    }
    if (pair.key instanceof Scalar || isScalar(pair.key)) {
      yield* commentsOf(path, comments, own, pair.key);
    }
    const value = pair.value as Node | null;
    if (isScalar(value)) {
      yield* commentsOf(path, comments, own, value);
    }
    yield* leavesOf(
      document,
      value,
      [...path, nameOf(pair.key)],
      comments,
      pair as Pair,
    );
    own.length = 0;
  }
}

function* leavesOf(
  document: Document,
  node: Node | null,
  path: readonly string[],
  comments: readonly (readonly string[])[],
  pair?: Pair,
): Iterable<SopsLeaf> {
  if (isMap(node)) {
    yield* leavesOfMap(document, node, path, comments);
  } else if (isSeq(node)) {
    yield* leavesOfList(document, node, path, comments);
  } else if (isAlias(node)) {
    const target = node.resolve(document);
    yield* leavesOf(document, target ?? null, path, comments, pair);
  } else if (isScalar(node) && node.value !== null) {
    yield {
      path,
      comments,
      value: valueOf(node),
      set: value => setValue(document, node, value),
    };
  }
}

function* leavesOfList(
  document: Document,
  list: YAMLSeq,
  path: readonly string[],
  outer: readonly (readonly string[])[],
): Iterable<SopsLeaf> {
  const own: string[] = [];
  const comments = [...outer, own];
  yield* commentsOf(path, comments, own, list);
  for (const item of list.items) {
    if (isScalar(item)) {
      yield* commentsOf(path, comments, own, item);
    }
    yield* leavesOf(document, item as Node | null, path, comments);
    own.length = 0;
  }
}

/** Line by line: each is a leaf of its own. */
function* commentsOf(
  path: readonly string[],
  comments: readonly (readonly string[])[],
  own: string[],
  node: Node,
): Iterable<SopsLeaf> {
  for (const field of ['commentBefore', 'comment'] as const) {
    const lines = node[field]?.split('\n') ?? [];
    for (const [i, line] of lines.entries()) {
      if (line !== '') {
        own.push(line);
        yield {
          path,
          comments,
          value: { type: 'comment', value: line },
          set: ({ value }) => {
            lines[i] = String(value);
            node[field] = lines.join('\n');
          },
        };
      }
    }
  }
}

function valueOf({ value }: Scalar): SopsValue {
  switch (typeof value) {
    case 'bigint':
      return { type: 'int', value };
    case 'number':
      return { type: 'float', value };
    case 'boolean':
      return { type: 'bool', value };
    default:
      return value instanceof Date
        ? { type: 'time', value: value.toISOString().replace('.000Z', 'Z') }
        : { type: 'str', value: String(value) };
  }
}

/** Were taken for booleans once, so Go quotes them still. */
const OLD_BOOLEAN = /^(y|yes|n|no|on|off)$/i;

/** How a value was quoted while it was encrypted says nothing of how it is to be. */
function setValue(
  document: Document,
  node: Scalar,
  { type, value }: SopsValue,
): void {
  delete node.type;
  delete node.source;
  delete node.tag;
  delete node.format;
  node.value = type === 'bytes' ? value.toString('utf8') : value;
  if (typeof node.value === 'string') {
    const text = node.value;
    const isAmbiguous =
      OLD_BOOLEAN.test(text) ||
      document.schema.tags.some(
        tag => tag.default && 'test' in tag && tag.test?.test(text),
      );
    if (text.includes('\n')) {
      node.type = 'BLOCK_LITERAL';
    } else if (isAmbiguous) {
      node.type = 'QUOTE_DOUBLE';
    }
  }
}

function isNull(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function textOf(value: unknown): string {
  const plain = isScalar(value) ? value.value : value;
  return typeof plain === 'number' ? formatFloat(plain) : String(plain ?? '');
}

function writeYaml(document: Document): string {
  return document.toString({
    indent: 4,
    lineWidth: 0,
    singleQuote: true,
    nullStr: 'null',
  });
}
