import {
  ANY,
  decodeUtf8,
  formatFloat,
  GoEntries,
  GoNumber,
  GoTyped,
  goInt,
  mapType,
  sprintf,
  typeOf,
  UINT64,
} from '@backstage-gitops/go-template';
import {
  JsonObject,
  JsonValue,
  resolvePlain,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { Node, NodeReader } from './NodeReader';
import { GoYamlError } from './Tokens';

const LONG_PREFIX = 'tag:yaml.org,2002:';
const RESOLVED = ['null', 'bool', 'int', 'float', 'str', 'timestamp'];
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** `map[interface {}]interface {}`. */
const MAP = mapType(ANY, ANY);

const MAX_INT64 = 2n ** 63n - 1n;
const SPECIAL_FLOATS: ReadonlyMap<string, string> = new Map([
  ['+Inf', '.inf'],
  ['-Inf', '-.inf'],
  ['NaN', '.nan'],
]);

/** By the type and text of the key. */
type Entries = Map<string, readonly [unknown, unknown]>;

/** Makes values of nodes as the decoder of go-yaml v2.4 does. */
class Decoder {
  private readonly open = new Set<Node>();
  private decoded = 0;
  private aliased = 0;
  private aliasDepth = 0;

  decode(node: Node): unknown {
    this.count();
    switch (node.kind) {
      case 'alias':
        return this.alias(node);
      case 'sequence':
        return node.children.map(child => this.decode(child));
      case 'mapping': {
        const entries: Entries = new Map();
        this.fill(node, entries);
        return new GoTyped(MAP, new GoEntries([...entries.values()]));
      }
      default:
        return scalar(node);
    }
  }

  /** Aliases may make up the less of a document the more it holds. */
  private count(): void {
    this.decoded++;
    this.aliased += this.aliasDepth > 0 ? 1 : 0;
    if (
      this.aliased > 100 &&
      this.decoded > 1000 &&
      this.aliased / this.decoded > aliasRatio(this.decoded)
    ) {
      throw new GoYamlError('yaml: document contains excessive aliasing');
    }
  }

  private alias(node: Node): unknown {
    if (this.open.has(node)) {
      throw new GoYamlError(
        `yaml: anchor '${node.value}' value contains itself`,
      );
    }
    this.open.add(node);
    this.aliasDepth++;
    const value = this.decode(node.target!);
    this.aliasDepth--;
    this.open.delete(node);
    return value;
  }

  private fill({ children }: Node, entries: Entries): void {
    for (let i = 0; i < children.length; i += 2) {
      if (isMerge(children[i])) {
        this.merge(children[i + 1], entries);
      } else {
        const key = this.decode(children[i]);
        if (Array.isArray(key) || key instanceof GoTyped) {
          throw new GoYamlError(sprintf('yaml: invalid map key: %#v', [key]));
        }
        const name = key instanceof GoNumber ? `int ${key.value}` : key;
        entries.set(typeof name + String(name), [
          key,
          this.decode(children[i + 1]),
        ]);
      }
    }
  }

  private merge(node: Node, entries: Entries): void {
    const sources =
      node.kind === 'sequence' ? [...node.children].reverse() : [node];
    for (const source of sources) {
      const target = source.kind === 'alias' ? source.target! : source;
      if (target.kind !== 'mapping') {
        throw new GoYamlError(
          'yaml: map merge requires map or sequence of maps as the value',
        );
      }
      this.fill(target, entries);
    }
  }
}

function aliasRatio(decoded: number): number {
  const share = (decoded - 400_000) / 3_600_000;
  return 0.99 - 0.89 * Math.min(Math.max(share, 0), 1);
}

function isMerge({ kind, value, implicit, tag }: Node): boolean {
  return (
    kind === 'scalar' &&
    value === '<<' &&
    (implicit || tag === `${LONG_PREFIX}merge`)
  );
}

function scalar({ value, tag, implicit }: Node): unknown {
  if (tag === '' && !implicit) {
    return value;
  }
  const wanted = tag.startsWith(LONG_PREFIX)
    ? tag.slice(LONG_PREFIX.length)
    : tag;
  if (wanted === 'binary') {
    return binary(value);
  }
  if ((wanted !== '' && !RESOLVED.includes(wanted)) || wanted === 'str') {
    return value;
  }
  const resolved = resolvePlain(value, 'yaml11');
  const kind = resolved.kind === 'time' ? 'timestamp' : resolved.kind;
  const fits = kind === wanted || (wanted === 'float' && kind === 'int');
  if (wanted !== '' && !fits) {
    throw new GoYamlError(
      `yaml: cannot decode !!${kind} \`${value}\` as a !!${wanted}`,
    );
  }
  if (kind === 'int' && typeof resolved.value !== 'boolean') {
    return wanted === 'float'
      ? Number(resolved.value)
      : integer(resolved.value as number | bigint);
  }
  return resolved.value;
}

/** JSON takes bytes that are no UTF-8 for the replacement character. */
function binary(value: string): string {
  if (!BASE64.test(value.replace(/[\r\n]/g, ''))) {
    throw new GoYamlError('yaml: !!binary value contains invalid base64 data');
  }
  const text = decodeUtf8(Buffer.from(value, 'base64'));
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

function integer(value: number | bigint): unknown {
  return typeof value === 'bigint' && value > MAX_INT64
    ? new GoNumber(UINT64, value)
    : goInt(value);
}

/** The value as JSON has it: keys are texts, the last of equal keys counts. */
function toJson(value: unknown): JsonValue {
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (value instanceof GoTyped && value.value instanceof GoEntries) {
    const object: JsonObject = {};
    for (const [key, element] of value.value.entries) {
      setOwn(object, keyText(key, element), toJson(element));
    }
    return object;
  }
  return value instanceof GoNumber ? value.value : (value as JsonValue);
}

function keyText(key: unknown, element: unknown): string {
  switch (typeof key) {
    case 'string':
      return key;
    case 'boolean':
      return String(key);
    case 'number':
      return floatKey(key);
    default:
  }
  if (key instanceof GoNumber && key.type !== UINT64) {
    return String(key.value);
  }
  const type = key === null ? '%!s(<nil>)' : typeOf(key).name;
  throw new GoYamlError(
    sprintf('unsupported map key of type: %s, key: %+#v, value: %+#v', [
      type,
      key,
      element,
    ]),
  );
}

/** A float as a key has the digits of a float32. */
function floatKey(key: number): string {
  const text = formatFloat(Math.fround(key), 'g', -1, 32);
  return SPECIAL_FLOATS.get(text) ?? text;
}

/**
 * The first document of a text as sigs.k8s.io/yaml 1.6 reads it, step by step.
 * It is slow, but knows what is said of a text that cannot be read; undefined
 * where there is no document.
 *
 * @throws GoYamlError
 */
export function readGoYaml(text: string): JsonValue {
  const node = new NodeReader(text).readDocument();
  return node === undefined ? null : toJson(new Decoder().decode(node));
}
