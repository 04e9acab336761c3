import {
  compareStrings,
  formatFloat,
  GoEntries,
  GoError,
  GoNil,
  GoNumber,
  GoObject,
  GoPointer,
  GoStruct,
  GoTyped,
  elementsOf,
  isMap,
  kindOf,
  sortedEntries,
  typeOf,
} from '@backstage-gitops/go-template';
import { checkTextLength } from '../../bounds';
import { marshalerOf } from '../GoMarshaler';
import { MAX_DEPTH } from '../jsonForm';
import { quoteToml, tomlKey } from './tomlText';

/** What the encoder returns as an error; other errors are panics in Go. */
export class TomlEncodeError extends GoError {}

type Entries = readonly (readonly [string, unknown])[];

/** What TOML takes a value for; undefined for nil. */
type TomlType = 'table' | 'tables' | 'list' | 'scalar' | undefined;

function fail(message: string): never {
  throw new TomlEncodeError(message);
}

/** What pointers point to; nil of any type is null. */
function target(value: unknown): unknown {
  let bare = value;
  for (let i = 0; bare instanceof GoPointer; i++) {
    if (i > MAX_DEPTH) {
      fail('toml: a pointer points to itself');
    }
    bare = bare.target;
  }
  return bare === undefined || bare instanceof GoNil ? null : bare;
}

function isText(value: unknown): value is GoStruct {
  if (!(value instanceof GoStruct)) {
    return false;
  }
  const { marshalText, marshalPlain } = marshalerOf(value);
  return marshalText !== undefined || marshalPlain !== undefined;
}

/** Writes values as BurntSushi/toml 1.6.0 does. */
class TomlWriter {
  private out = '';
  private depth = 0;

  write(value: unknown): string {
    if (value === null || value === undefined) {
      throw new GoError('reflect: call of reflect.Value.Type on zero Value');
    }
    if (value instanceof GoNil && value.type.kind === 'slice') {
      return '[]';
    }
    this.encode([], target(value));
    return this.out;
  }

  private encode(key: readonly string[], value: unknown): void {
    checkTextLength(this.out.length);
    if (value === null) {
      return;
    }
    switch (this.typeOf(value, key)) {
      case 'table':
        this.table(key, value);
        break;
      case 'tables':
        this.tables(key, elementsOf(value) ?? []);
        break;
      default:
        this.keyValue(key, value, false);
    }
  }

  private table(key: readonly string[], value: unknown): void {
    if (key.length === 1) {
      this.newline();
    }
    if (key.length > 0) {
      this.out += `${indentOf(key)}[${key.map(tomlKey).join('.')}]\n`;
    }
    this.body(key, value);
  }

  private tables(key: readonly string[], elements: readonly unknown[]): void {
    if (key.length === 0) {
      fail('toml: top-level values must be Go maps or structs');
    }
    for (const element of elements) {
      this.newline();
      this.out += `${indentOf(key)}[[${key.map(tomlKey).join('.')}]]\n`;
      this.body(key, target(element));
    }
  }

  /** What stands below the name of a table: first what are no tables. */
  private body(key: readonly string[], value: unknown): void {
    if (++this.depth > MAX_DEPTH) {
      throw new GoError(
        `a value is nested deeper than ${MAX_DEPTH} levels, or in itself`,
      );
    }
    const { direct, tables } = this.split(entriesOf(value));
    for (const [name, element] of [...direct, ...tables]) {
      this.encode([...key, name], target(element));
    }
    this.depth--;
  }

  private inlineTable(value: unknown): void {
    const entries = entriesOf(value);
    const { direct, tables } = this.split(entries);
    this.out += '{';
    if (value instanceof GoStruct) {
      // Commas go by the place of the field in the struct.
      for (const [name, element] of [...direct, ...tables]) {
        if (target(element) !== null) {
          this.keyValue([name], target(element), true);
          const place = entries.findIndex(([field]) => field === name);
          this.out += place === entries.length - 1 ? '' : ', ';
        }
      }
    } else {
      this.inlineEntries(direct, tables.length > 0);
      this.inlineEntries(tables, false);
    }
    this.out += '}';
  }

  /** As in Go, what is nil leaves its comma behind. */
  private inlineEntries(entries: Entries, more: boolean): void {
    entries.forEach(([name, element], i) => {
      const value = target(element);
      if (value !== null) {
        this.keyValue([name], value, true);
        this.out += more || i < entries.length - 1 ? ', ' : '';
      }
    });
  }

  private split(entries: Entries): { direct: Entries; tables: Entries } {
    const direct: (readonly [string, unknown])[] = [];
    const tables: (readonly [string, unknown])[] = [];
    for (const entry of entries) {
      const type = this.typeOf(target(entry[1]));
      (type === 'table' || type === 'tables' ? tables : direct).push(entry);
    }
    return { direct, tables };
  }

  private keyValue(
    key: readonly string[],
    value: unknown,
    inline: boolean,
  ): void {
    if (key.length > 0) {
      this.out += `${indentOf(key)}${tomlKey(key[key.length - 1])} = `;
    }
    this.element(value);
    if (key.length > 0 && !inline) {
      this.out += '\n';
    }
  }

  private element(value: unknown): void {
    checkTextLength(this.out.length);
    if (++this.depth > MAX_DEPTH) {
      throw new GoError(
        `a value is nested deeper than ${MAX_DEPTH} levels, or in itself`,
      );
    }
    const elements = elementsOf(value);
    if (elements !== undefined) {
      this.out += '[';
      elements.forEach((element, i) => {
        this.out += i > 0 ? ', ' : '';
        this.element(target(element));
      });
      this.out += ']';
    } else if (this.typeOf(value) === 'table') {
      this.inlineTable(value);
    } else {
      this.out += scalarText(value);
    }
    this.depth--;
  }

  private typeOf(value: unknown, key?: readonly string[]): TomlType {
    if (value === null) {
      return undefined;
    }
    if (isText(value)) {
      return 'scalar';
    }
    const kind = kindOf(value);
    switch (kind) {
      case 'struct':
      case 'map':
        return 'table';
      case 'slice':
      case 'array':
        return this.listType(elementsOf(value) ?? []);
      case 'func':
      case 'complex64':
      case 'complex128':
      case 'uintptr':
        return fail(
          key
            ? `unsupported type for key '${key.map(tomlKey).join('.')}': ${kind}`
            : `unsupported type: ${kind}`,
        );
      default:
        return 'scalar';
    }
  }

  private listType(elements: readonly unknown[]): TomlType {
    if (++this.depth > MAX_DEPTH) {
      throw new GoError(
        `a value is nested deeper than ${MAX_DEPTH} levels, or in itself`,
      );
    }
    let tables = elements.length > 0;
    for (const element of elements) {
      const type = this.typeOf(target(element));
      if (type === undefined) {
        fail('toml: cannot encode array with nil element');
      }
      tables &&= type === 'table';
    }
    this.depth--;
    return tables ? 'tables' : 'list';
  }

  private newline(): void {
    if (this.out !== '') {
      this.out += '\n';
    }
  }
}

function indentOf(key: readonly string[]): string {
  return '  '.repeat(key.length - 1);
}

function entriesOf(value: unknown): Entries {
  if (value instanceof GoStruct) {
    const names = value.type.fields ?? Object.keys(value.fields);
    return names.map(name => [name, value.fields[name]] as const);
  }
  if (!isMap(value) && typeOf(value).key?.kind !== 'string') {
    fail('toml: cannot encode a map with non-string key type');
  }
  const entries = (sortedEntries(value) ?? []) as Entries;
  return value instanceof GoTyped && value.value instanceof GoEntries
    ? entries
        .map(([key, element]) => [plainKey(key), element] as const)
        .sort(([a], [b]) => compareStrings(a, b))
    : entries;
}

function plainKey(key: unknown): string {
  return String(key instanceof GoTyped ? key.value : key);
}

function scalarText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoteToml(value);
    case 'number':
      return floatText(value, 64);
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return objectText(value as GoObject);
  }
}

function objectText(value: GoObject): string {
  if (value instanceof GoStruct) {
    const marshaler = marshalerOf(value);
    return marshaler.marshalPlain
      ? marshaler.marshalPlain('toml')
      : quoteToml(marshaler.marshalText?.() ?? '');
  }
  if (value instanceof GoNumber) {
    return numberText(value);
  }
  if (value instanceof GoTyped) {
    return value.type.name === 'json.Number'
      ? jsonNumberText(String(value.value))
      : scalarText(value.value);
  }
  return fail(`unexpected type: ${value.type.name}`);
}

function numberText(number: GoNumber): string {
  const { type, value } = number;
  if (type.name === 'time.Duration' && type.text) {
    return quoteToml(type.text(number));
  }
  return type.kind.startsWith('float')
    ? floatText(Number(value), type.kind === 'float32' ? 32 : 64)
    : String(value);
}

/** Floats have a point or an exponent. */
function floatText(value: number, bits: 32 | 64): string {
  if (Number.isNaN(value)) {
    return 'nan';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? 'inf' : '-inf';
  }
  const text = formatFloat(value, 'g', -1, bits);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function jsonNumberText(text: string): string {
  if (text === '') {
    return '0';
  }
  if (/^[-+]?[0-9]+$/.test(text)) {
    const value = BigInt(text.replace('+', ''));
    if (BigInt.asIntN(64, value) === value) {
      return String(value);
    }
  }
  const value = Number(text);
  return Number.isFinite(value) && text.trim() === text
    ? floatText(value, 64)
    : fail(`unable to convert ${JSON.stringify(text)} to int64 or float64`);
}

/**
 * The text of a table as BurntSushi/toml 1.6.0 writes it: keys sorted by their
 * bytes, tables behind what are none, two spaces for each level.
 *
 * @throws TomlEncodeError for what the encoder refuses
 */
export function writeToml(value: unknown): string {
  return new TomlWriter().write(value);
}
