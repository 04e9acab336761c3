import { SpelledScalar, YamlDialect } from '../reader/scalars';
import { YamlError } from '../YamlError';
import { isLineBreak } from './analyzeScalar';
import { formatNumber } from './formatNumber';
import { keyOrder, sortedKeys } from './sortKeys';
import { INDENT, StringWriter } from './StringWriter';
import { WrittenMapping, WrittenScalar } from './written';

/** Options of the emitter; the defaults are those of sigs.k8s.io/yaml. */
export interface WriterOptions {
  /** Column near which plain and quoted text folds; 80. */
  width?: number;
  /** Keys in natural order; true. */
  sortKeys?: boolean;
  /**
   * `go-yaml-v3` writes as that encoder does with an indentation of two: lists
   * are indented within mappings, tabs need double quotes, keys have another
   * order. It folds nothing, which `width` has to say. Default `yaml11`.
   */
  dialect?: YamlDialect;
  /** Longest text in characters; no bound. One value may stand in many places. */
  maxLength?: number;
}

const LONGEST_SIMPLE_KEY = 128;

/**
 * Writes plain data as the emitter of go-yaml does in block style. Two columns
 * matter: where the cursor is, for folding, and the indentation of the
 * enclosing collection, for what follows a break.
 */
export class YamlWriter extends StringWriter {
  /** Where the value that is written stands, for errors. */
  private readonly path: (string | number)[] = [];
  /** Keys as they are written in front of a colon; they repeat. */
  private readonly keys = new Map<string, string>();
  private readonly sortKeys: boolean;
  private readonly maxLength: number;
  private readonly compareKeys: (a: string, b: string) => number;

  constructor(options: WriterOptions = {}) {
    super(options.width ?? 80, options.dialect ?? 'yaml11');
    this.sortKeys = options.sortKeys ?? true;
    this.maxLength = options.maxLength ?? Infinity;
    this.compareKeys = keyOrder(this.dialect);
  }

  write(value: unknown): string {
    this.writeNode(value, 0, '');
    this.breakLine(0);
    return this.out;
  }

  /**
   * Writes a value. `indent` is the column of a collection written here, or
   * (plus two) of a scalar's further lines; `lead` is what stands before an
   * inline value, empty or a space.
   */
  private writeNode(value: unknown, indent: number, lead: string): void {
    if (this.out.length > this.maxLength) {
      throw new YamlError({
        code: 'too-large',
        problem: `the text is longer than ${this.maxLength} characters`,
      });
    }
    if (typeof value === 'string') {
      this.put(lead);
      this.writeString(value, indent, false);
    } else if (typeof value !== 'object' || value === null) {
      this.put(lead + this.formatScalar(value));
    } else if (Array.isArray(value)) {
      if (value.length === 0) {
        this.put(`${lead}[]`);
      } else {
        this.put(lead);
        this.writeSequence(value, indent);
      }
    } else if (isMapping(value)) {
      const keys = this.keysOf(value);
      if (keys.length === 0) {
        this.put(`${lead}{}`);
      } else {
        this.put(lead);
        this.writeMapping(value, keys, indent);
      }
    } else if (value instanceof WrittenScalar) {
      this.put(lead);
      this.writeWritten(value, indent);
    } else if (value instanceof WrittenMapping) {
      this.writeEntries(value, indent, lead);
    } else {
      this.writeNode((value as SpelledScalar).value, indent, lead);
    }
  }

  private keysOf(value: object): string[] {
    return this.sortKeys
      ? sortedKeys(value, this.compareKeys)
      : Object.keys(value);
  }

  private writeMapping(
    value: { readonly [key: string]: unknown },
    keys: readonly string[],
    indent: number,
  ): void {
    let first = true;
    for (const key of keys) {
      const item = value[key];
      if (item !== undefined) {
        if (!first) {
          this.breakLine(indent);
        }
        first = false;
        this.path.push(key);
        this.writeEntry(key, item, indent);
        this.path.pop();
      }
    }
  }

  private writeEntries(
    { entries }: WrittenMapping,
    indent: number,
    lead: string,
  ): void {
    this.put(entries.length === 0 ? `${lead}{}` : lead);
    entries.forEach(([key, item], i) => {
      if (i > 0) {
        this.breakLine(indent);
      }
      if (typeof key === 'string') {
        this.writeEntry(key, item, indent);
      } else {
        this.writeWritten(key, indent);
        this.put(':');
        this.writeValue(item, indent);
      }
    });
  }

  private writeEntry(key: string, item: unknown, indent: number): void {
    const simple = this.keys.get(key) ?? this.simpleKey(key);
    if (simple !== undefined) {
      this.put(simple);
      this.writeValue(item, indent);
      return;
    }
    this.put('? ');
    this.writeString(key, indent, false);
    this.breakLine(indent);
    this.put(':');
    // A collection starts on the line of the colon.
    this.writeNode(item, isCollection(item) ? indent + INDENT : indent, ' ');
  }

  /** The key and its colon; undefined where the key needs a line of its own. */
  private simpleKey(key: string): string | undefined {
    if (!isSimpleKey(key)) {
      return undefined;
    }
    const { out, column } = this;
    this.out = '';
    this.writeString(key, 0, true);
    const text = `${this.out}:`;
    this.out = out;
    this.column = column;
    this.keys.set(key, text);
    return text;
  }

  private writeValue(item: unknown, indent: number): void {
    if (Array.isArray(item) && item.length > 0) {
      // Only go-yaml v3 indents lists within a mapping.
      const column = this.dialect === 'yaml11' ? indent : indent + INDENT;
      this.breakLine(column);
      this.writeSequence(item, column);
    } else if (isBlockMapping(item)) {
      this.breakLine(indent + INDENT);
      this.writeNode(item, indent + INDENT, '');
    } else {
      this.writeNode(item, indent, ' ');
    }
  }

  private writeSequence(value: readonly unknown[], indent: number): void {
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      this.path.push(i);
      if (i > 0) {
        this.breakLine(indent);
      }
      this.put('-');
      this.writeNode(item, isCollection(item) ? indent + INDENT : indent, ' ');
      this.path.pop();
    }
  }

  private writeWritten({ text, tag }: WrittenScalar, indent: number): void {
    this.put(tag === undefined ? '' : `${tag} `);
    if (text.includes('\n')) {
      this.writeLiteral(text, indent + INDENT);
    } else {
      this.put(text);
    }
  }

  private formatScalar(value: unknown): string {
    switch (typeof value) {
      case 'number':
        if (!Number.isFinite(value)) {
          throw new YamlError({
            code: 'not-representable',
            problem: `the number at ${this.place()} is infinite or not a number`,
          });
        }
        return formatNumber(value);
      case 'bigint':
        return formatNumber(value);
      case 'boolean':
        return String(value);
      case 'object':
      case 'undefined':
        return 'null';
      default:
        throw new YamlError({
          code: 'not-representable',
          problem: `the value at ${this.place()} has no form in YAML`,
        });
    }
  }

  private place(): string {
    return this.path.reduce<string>(
      (place, part) =>
        place + (typeof part === 'number' ? `[${part}]` : `.${part}`),
      '$',
    );
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof SpelledScalar) &&
    !(value instanceof WrittenScalar) &&
    !(value instanceof WrittenMapping)
  );
}

function isCollection(value: unknown): boolean {
  return (
    Array.isArray(value) || isMapping(value) || value instanceof WrittenMapping
  );
}

/** Whether it is a mapping that takes lines of its own. */
function isBlockMapping(value: unknown): boolean {
  if (value instanceof WrittenMapping) {
    return value.entries.length > 0;
  }
  if (!isMapping(value)) {
    return false;
  }
  for (const key in value) {
    if (Object.hasOwn(value, key)) {
      return true;
    }
  }
  return false;
}

/** libyaml's limit counts bytes. */
function isSimpleKey(key: string): boolean {
  if (
    key.length * 3 <= LONGEST_SIMPLE_KEY &&
    !/[\n\r\x85\u2028\u2029]/.test(key)
  ) {
    return true;
  }
  for (let i = 0; i < key.length; i++) {
    if (isLineBreak(key.charCodeAt(i))) {
      return false;
    }
  }
  return Buffer.byteLength(key) <= LONGEST_SIMPLE_KEY;
}
