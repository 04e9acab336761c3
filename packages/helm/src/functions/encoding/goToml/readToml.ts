import { goQuote } from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';
import {
  floatOf,
  numberValue,
  readNumber,
  readSigned,
  ReadTime,
} from './readNumber';
import { joinLines, replaceEscapes, stripFirstNewline } from './tomlStrings';
import { TomlTables } from './TomlTables';
import {
  END,
  isBlank,
  isDigit,
  isNewline,
  quoteChar,
  TomlProblem,
  TomlSource,
} from './TomlSource';

const MAX_DEPTH = 1000;
const LETTER = /\p{L}/u;
const UTF16 = /^(?:\udcff\udcfe|\udcfe\udcff|\ufeff)/;

/** A text that is no TOML, in the words of BurntSushi/toml. */
export class TomlReadError extends Error {}

class TomlReader {
  private readonly tables = new TomlTables();
  private depth = 0;

  constructor(
    private readonly source: TomlSource,
    private readonly readTime: ReadTime,
  ) {}

  read(): unknown {
    try {
      while (this.readTop()) {
        // Another one.
      }
      return this.tables.root;
    } catch (error) {
      if (error instanceof TomlProblem) {
        const { current } = this.tables;
        const key = current === '' ? '' : ` (last key ${goQuote(current)})`;
        throw new TomlReadError(
          `toml: line ${error.line}${key}: ${error.message}`,
        );
      }
      throw error;
    }
  }

  /** A key or the head of a table; false at the end. */
  private readTop(): boolean {
    const { source } = this;
    const code = source.next();
    if (code === END) {
      return false;
    }
    if (isBlank(code) || isNewline(code)) {
      source.ignore();
    } else if (code === 0x23) {
      source.skipComment();
    } else if (code === 0x5b) {
      this.readHead();
      this.readTopEnd();
    } else {
      source.backup();
      this.readTopKey();
      this.readTopEnd();
    }
    return true;
  }

  private readTopEnd(): void {
    const { source } = this;
    let code = source.next();
    while (isBlank(code)) {
      code = source.next();
    }
    if (code === 0x23) {
      source.skipComment();
    } else if (code === END) {
      source.backup();
    } else if (!isNewline(code)) {
      throw source.problem(
        `expected a top-level item to end with a newline, comment, or EOF, but got ${quoteChar(code)} instead`,
      );
    }
    source.ignore();
  }

  /** Behind the bracket that opens the name of a table. */
  private readHead(): void {
    const { source, tables } = this;
    const isList = source.accept('[');
    const key: string[] = [];
    let code: number;
    do {
      source.ignore();
      source.skipBlanks();
      code = source.peek();
      if (code === 0x5d || code === END) {
        throw source.problem(
          'unexpected end of table name (table names cannot be empty)',
        );
      }
      if (code === 0x2e) {
        throw source.problem(
          'unexpected table separator (table names cannot be empty)',
        );
      }
      key.push(this.readKeyPart(code, key.length === 0));
      source.skipBlanks();
      code = source.next();
    } while (code === 0x2e);
    if (code !== 0x5d) {
      throw source.problem(
        `expected '.' or ']' to end table name, but got ${quoteChar(code)} instead`,
      );
    }
    if (isList) {
      const end = source.next();
      if (end !== 0x5d) {
        throw source.problem(
          `expected end of table array name delimiter ']', but got ${quoteChar(end)} instead`,
        );
      }
    }
    tables.enter(key, isList);
    tables.setList('', false);
  }

  private readKeyPart(code: number, isFirst: boolean): string {
    const { source, tables } = this;
    let text: string;
    if (code === 0x22) {
      source.next();
      const read = source.readString();
      text = read.hasEscapes
        ? replaceEscapes(read.text, source.line)
        : read.text;
    } else if (code === 0x27) {
      source.next();
      text = source.readRawString();
    } else {
      text = source.readBareKey();
    }
    if (isFirst) {
      tables.line = source.line;
    }
    return text;
  }

  private readTopKey(): void {
    const { tables } = this;
    const outer = tables.context;
    this.readPair(false);
    tables.context = outer;
    tables.currentKey = '';
  }

  /** The key, its tables and its value. */
  private readPair(inline: boolean, target?: object): void {
    const { tables } = this;
    const key = this.readKey();
    tables.currentKey = key[key.length - 1];
    const parents = key.slice(0, -1);
    for (const part of parents) {
      tables.implyContext([...tables.context, part]);
    }
    const name = tables.currentKey;
    const value = this.readValue(false);
    tables.currentKey = name;
    tables.set(name, value);
    tables.setList(name, Array.isArray(value));
    if (inline && target) {
      this.put(target, parents, name, value);
    }
  }

  private put(
    target: object,
    parents: readonly string[],
    name: string,
    value: unknown,
  ): void {
    let table = target as Record<string, unknown>;
    for (const part of parents) {
      if (!Object.hasOwn(table, part)) {
        setOwn(table, part, {});
      }
      table = table[part] as Record<string, unknown>;
    }
    setOwn(table, name, value);
  }

  private readKey(): string[] {
    const { source } = this;
    source.skipBlanks();
    const first = source.peek();
    if (first === 0x3d || first === END) {
      throw source.problem("unexpected '=': key name appears blank");
    }
    if (first === 0x2e) {
      throw source.problem("unexpected '.': keys cannot start with a '.'");
    }
    const key: string[] = [];
    for (;;) {
      source.skipBlanks();
      const code = source.peek();
      if (code === 0x3d || code === END) {
        throw source.problem("unexpected '='");
      }
      if (code === 0x2e) {
        throw source.problem("unexpected '.'");
      }
      key.push(this.readKeyPart(code, key.length === 0));
      source.skipBlanks();
      const next = source.next();
      if (next === 0x3d) {
        source.ignore();
        return key;
      }
      if (next === END) {
        throw source.problem("unexpected EOF; expected key separator '='");
      }
      if (next !== 0x2e) {
        const message = `expected '.' or '=', but got ${quoteChar(next)} instead`;
        throw next === 0x0a
          ? source.problemInLineBefore(message)
          : source.problem(message);
      }
      source.ignore();
    }
  }

  private readValue(inList: boolean): unknown {
    const { source } = this;
    if (++this.depth > MAX_DEPTH) {
      throw source.problem(`values are nested deeper than ${MAX_DEPTH} levels`);
    }
    let code = source.next();
    while (isBlank(code)) {
      source.ignore();
      code = source.next();
    }
    const value = this.readValueAt(code, inList);
    this.depth--;
    return value;
  }

  private readValueAt(code: number, inList: boolean): unknown {
    const { source } = this;
    if (isDigit(code)) {
      source.backup();
      return numberValue(readNumber(source), this.readTime);
    }
    switch (String.fromCodePoint(code)) {
      case '[':
        source.ignore();
        return this.readList();
      case '{':
        source.ignore();
        return this.readTable(inList);
      case '"':
        return this.readText();
      case "'":
        return this.readRaw();
      case '.':
        throw source.problem("floats must start with a digit, not '.'");
      case '+':
      case '-':
        return numberValue(readSigned(source), this.readTime);
      case 'i':
      case 'n':
        if (
          (source.accept('n') && source.accept('f')) ||
          (source.accept('a') && source.accept('n'))
        ) {
          const { current: text, line } = source;
          source.ignore();
          return floatOf({ kind: 'float', text, line });
        }
        break;
      default:
    }
    if (code !== END && LETTER.test(String.fromCodePoint(code))) {
      source.backup();
      return this.readWord();
    }
    if (code === END) {
      throw source.problem('unexpected EOF; expected value');
    }
    const message = `expected value but found ${quoteChar(code)} instead`;
    throw code === 0x0a
      ? source.problemInLineBefore(message)
      : source.problem(message);
  }

  private readWord(): boolean {
    const { source } = this;
    let word = '';
    let code = source.next();
    while (code !== END && LETTER.test(String.fromCodePoint(code))) {
      word += String.fromCodePoint(code);
      code = source.next();
    }
    source.backup();
    if (word !== 'true' && word !== 'false') {
      throw source.problem(`expected value but found ${goQuote(word)} instead`);
    }
    source.ignore();
    return word === 'true';
  }

  private readText(): string {
    const { source } = this;
    if (source.accept('"')) {
      if (source.accept('"')) {
        const text = source.readMultiline('"');
        return replaceEscapes(joinLines(stripFirstNewline(text)), source.line);
      }
      source.backup();
    }
    const { text, hasEscapes } = source.readString();
    return hasEscapes ? replaceEscapes(text, source.line) : text;
  }

  private readRaw(): string {
    const { source } = this;
    if (source.accept("'")) {
      if (source.accept("'")) {
        return stripFirstNewline(source.readMultiline("'"));
      }
      source.backup();
    }
    return source.readRawString();
  }

  /** The next character behind blanks, line breaks and comments. */
  private nextMark(): number {
    const { source } = this;
    for (;;) {
      const code = source.next();
      if (code === 0x23) {
        source.skipComment();
      } else if (!isBlank(code) && !isNewline(code)) {
        return code;
      }
      source.ignore();
    }
  }

  private readList(): unknown[] {
    const { source } = this;
    this.tables.setList(this.tables.currentKey, true);
    const list: unknown[] = [];
    let code = this.nextMark();
    while (code !== 0x5d) {
      if (code === 0x2c) {
        throw source.problem('unexpected comma');
      }
      source.backup();
      list.push(this.readValue(true));
      code = this.nextMark();
      if (code === 0x2c) {
        source.ignore();
        code = this.nextMark();
      } else if (code !== 0x5d) {
        throw source.problem(
          `expected a comma (',') or array terminator (']'), but got ${nameOf(code)}`,
        );
      }
    }
    source.ignore();
    return list;
  }

  private readTable(inList: boolean): unknown {
    const { source, tables } = this;
    const outer = tables.context;
    const outerKey = tables.currentKey;
    const table = {};
    tables.context = [...outer, outerKey];
    const context = tables.context;
    tables.currentKey = '';
    tables.imply(context);
    tables.enter(context, inList);
    let code = this.nextMark();
    while (code !== 0x7d) {
      if (code === 0x2c) {
        throw source.problem('unexpected comma');
      }
      source.backup();
      this.readPair(true, table);
      tables.context = context;
      code = this.nextMark();
      if (code === 0x2c) {
        source.ignore();
        code = this.nextMark();
      } else if (code !== 0x7d) {
        throw source.problem(
          `expected a comma or an inline table terminator '}', but got ${nameOf(code)} instead`,
        );
      }
    }
    source.ignore();
    tables.context = outer;
    tables.currentKey = outerKey;
    return table;
  }
}

function nameOf(code: number): string {
  return code === END ? 'end of file' : `'${String.fromCodePoint(code)}'`;
}

/**
 * Reads TOML as BurntSushi/toml 1.6.0 does: integers are `int64`, lists of
 * tables `[]map[string]interface {}`, dates are what `readTime` makes of them.
 *
 * @throws TomlReadError with the line and the last key
 */
export function readToml(text: string, readTime: ReadTime): unknown {
  const content = text.replace(UTF16, '');
  const zero = content.indexOf('\0');
  if (zero >= 0 && zero < 6) {
    throw new TomlReadError(
      'toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8',
    );
  }
  return new TomlReader(new TomlSource(content), readTime).read();
}
