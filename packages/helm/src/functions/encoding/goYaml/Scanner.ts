import { scanBlock, scanPlain, scanQuoted } from './scanScalars';
import { scanDirective, scanTag } from './scanTags';
import { Source } from './Source';
import { Token, TokenType } from './Tokens';

/** A place where a key without `?` may have begun. */
interface SimpleKey {
  possible: boolean;
  required: boolean;
  /** Number of its token. */
  token: number;
  pos: number;
  line: number;
  column: number;
}

const LONGEST_KEY = 1024;
const MAX_NESTING = 10_000;
const FLOW: ReadonlyMap<string, TokenType> = new Map([
  ['[', 'flow-sequence-start'],
  ['{', 'flow-mapping-start'],
  [']', 'flow-sequence-end'],
  ['}', 'flow-mapping-end'],
]);

/**
 * Splits a text into tokens as the scanner of go-yaml v2.4 does, of which only
 * the errors are wanted: our reader needs no tokens.
 */
export class Scanner {
  private readonly source: Source;
  private readonly queue: Token[] = [];
  private taken = 0;
  private started = false;
  private flowLevel = 0;
  private indent = -1;
  private readonly indents: number[] = [];
  private readonly keys: SimpleKey[] = [];
  /** Places in `keys` by the number of their token. */
  private readonly keysByToken = new Map<number, number>();
  private keyAllowed = true;

  constructor(text: string) {
    this.source = new Source(text);
  }

  /** The next token, which stays. */
  peek(): Token {
    for (;;) {
      if (this.queue.length > 0) {
        const place = this.keysByToken.get(this.taken);
        if (place === undefined || !this.isValid(this.keys[place])) {
          return this.queue[0];
        }
      }
      this.fetch();
    }
  }

  skip(): void {
    this.queue.shift();
    this.taken++;
  }

  private add(type: TokenType, more: Partial<Token> = {}): void {
    this.queue.push({ type, line: this.source.line, ...more });
  }

  /** In front of another token; at the end where that is gone already. */
  private insert(place: number, token: Token): void {
    this.queue.splice(place < 0 ? this.queue.length : place, 0, token);
  }

  private fetch(): void {
    const { source } = this;
    source.checkReadable();
    if (!this.started) {
      this.started = true;
      this.keys.push(this.noKey());
      this.add('stream-start');
      return;
    }
    this.skipToToken();
    this.unroll(source.column);
    const char = source.at();
    if (char === '') {
      this.fetchEnd();
    } else if (source.column === 0 && char === '%') {
      this.fetchDirective();
    } else if (source.isDocumentMarker('---')) {
      this.fetchMarker('document-start');
    } else if (source.isDocumentMarker('...')) {
      this.fetchMarker('document-end');
    } else {
      this.fetchContent(char);
    }
  }

  private fetchContent(char: string): void {
    const { source } = this;
    const flow = this.flowLevel > 0;
    const ends = source.isBlankOrEnd(1);
    if (char === '[' || char === '{') {
      this.fetchOpening(FLOW.get(char)!);
    } else if (char === ']' || char === '}') {
      this.fetchClosing(FLOW.get(char)!);
    } else if (char === ',') {
      this.removeKey();
      this.keyAllowed = true;
      this.add('flow-entry');
      source.skip();
    } else if (char === '-' && ends) {
      this.fetchBlockEntry();
    } else if (char === '?' && (flow || ends)) {
      this.fetchKey();
    } else if (char === ':' && (flow || ends)) {
      this.fetchValue();
    } else if (char === '*' || char === '&') {
      this.fetchAnchor(char === '*' ? 'alias' : 'anchor');
    } else if (char === '!') {
      this.saveKey();
      this.keyAllowed = false;
      const { line } = source;
      const { handle, suffix } = scanTag(source);
      this.add('tag', { line, value: handle, suffix });
    } else if ((char === '|' || char === '>') && !flow) {
      this.removeKey();
      this.keyAllowed = true;
      const { line } = source;
      this.add('scalar', { line, value: scanBlock(source, this.indent) });
    } else if (char === "'" || char === '"') {
      this.saveKey();
      this.keyAllowed = false;
      const { line } = source;
      this.add('scalar', { line, value: scanQuoted(source) });
    } else if (this.startsPlain(char)) {
      this.fetchPlain();
    } else {
      source.fail('found character that cannot start any token');
    }
  }

  private startsPlain(char: string): boolean {
    const { source } = this;
    if (!source.isBlankOrEnd() && !'-?:,[]{}#&*!|>\'"%@`'.includes(char)) {
      return true;
    }
    return (
      (char === '-' && !source.isBlank(1)) ||
      (this.flowLevel === 0 &&
        (char === '?' || char === ':') &&
        !source.isBlankOrEnd(1))
    );
  }

  private fetchPlain(): void {
    const { source } = this;
    this.saveKey();
    this.keyAllowed = false;
    const { line } = source;
    const flow = this.flowLevel > 0;
    const { text, crossed } = scanPlain(source, flow, this.indent + 1);
    this.add('scalar', { line, value: text, plain: true });
    this.keyAllowed ||= crossed;
  }

  private skipToToken(): void {
    const { source } = this;
    for (;;) {
      if (source.pos <= 1 && source.at() === '\ufeff') {
        source.skip();
      }
      const tabs = this.flowLevel > 0 || !this.keyAllowed;
      while (source.at() === ' ' || (tabs && source.at() === '\t')) {
        source.skip();
      }
      source.skipComment();
      if (!source.isBreak()) {
        return;
      }
      source.skipLine();
      this.keyAllowed ||= this.flowLevel === 0;
    }
  }

  private fetchEnd(): void {
    const { source } = this;
    if (source.column !== 0) {
      source.column = 0;
      source.line++;
    }
    this.unroll(-1);
    this.removeKey();
    this.keyAllowed = false;
    this.add('stream-end');
  }

  private fetchDirective(): void {
    this.unroll(-1);
    this.removeKey();
    this.keyAllowed = false;
    const { line } = this.source;
    const directive = scanDirective(this.source);
    if ('version' in directive) {
      this.add('version-directive', { line, value: directive.version });
    } else {
      const { handle, prefix } = directive;
      this.add('tag-directive', { line, value: handle, suffix: prefix });
    }
  }

  private fetchMarker(type: TokenType): void {
    this.unroll(-1);
    this.removeKey();
    this.keyAllowed = false;
    this.add(type);
    this.source.skip(3);
  }

  private fetchOpening(type: TokenType): void {
    this.saveKey();
    this.keys.push(this.noKey());
    if (++this.flowLevel > MAX_NESTING) {
      this.source.fail(`exceeded max depth of ${MAX_NESTING}`);
    }
    this.keyAllowed = true;
    this.add(type);
    this.source.skip();
  }

  private fetchClosing(type: TokenType): void {
    this.removeKey();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      // Behind an empty collection this forgets the key that it may be.
      this.keysByToken.delete(this.keys.pop()!.token);
    }
    this.keyAllowed = false;
    this.add(type);
    this.source.skip();
  }

  private fetchBlockEntry(): void {
    const { source } = this;
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) {
        source.fail('block sequence entries are not allowed in this context');
      }
      this.roll(source.column, 'block-sequence-start', source.line);
    }
    this.removeKey();
    this.keyAllowed = true;
    this.add('block-entry');
    source.skip();
  }

  private fetchKey(): void {
    const { source } = this;
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) {
        source.fail('mapping keys are not allowed in this context');
      }
      this.roll(source.column, 'block-mapping-start', source.line);
    }
    this.removeKey();
    this.keyAllowed = this.flowLevel === 0;
    this.add('key');
    source.skip();
  }

  private fetchValue(): void {
    const { source } = this;
    const key = this.keys[this.keys.length - 1];
    if (this.isValid(key)) {
      const place = key.token - this.taken;
      this.insert(place, { type: 'key', line: key.line });
      this.roll(key.column, 'block-mapping-start', key.line, place);
      key.possible = false;
      this.keysByToken.delete(key.token);
      this.keyAllowed = false;
    } else {
      if (this.flowLevel === 0) {
        if (!this.keyAllowed) {
          source.fail('mapping values are not allowed in this context');
        }
        this.roll(source.column, 'block-mapping-start', source.line);
      }
      this.keyAllowed = this.flowLevel === 0;
    }
    this.add('value');
    source.skip();
  }

  private fetchAnchor(type: 'alias' | 'anchor'): void {
    const { source } = this;
    this.saveKey();
    this.keyAllowed = false;
    const { line } = source;
    source.skip();
    const name = source.readAlpha();
    const follows = source.isBlankOrEnd() || '?:,]}%@`'.includes(source.at());
    if (name === '' || !follows) {
      source.fail('did not find expected alphabetic or numeric character');
    }
    this.add(type, { line, value: name });
  }

  private noKey(): SimpleKey {
    const { pos, line, column } = this.source;
    const token = this.taken + this.queue.length;
    return { possible: false, required: false, token, pos, line, column };
  }

  private isValid(key: SimpleKey): boolean {
    const { source } = this;
    if (!key.possible) {
      return false;
    }
    if (key.line < source.line || key.pos + LONGEST_KEY < source.pos) {
      this.dropKey(key);
      return false;
    }
    return true;
  }

  private dropKey(key: SimpleKey): void {
    if (key.required) {
      this.source.fail("could not find expected ':'");
    }
    key.possible = false;
  }

  private saveKey(): void {
    if (this.keyAllowed) {
      this.removeKey();
      this.keys[this.keys.length - 1] = {
        ...this.noKey(),
        possible: true,
        required: this.flowLevel === 0 && this.indent === this.source.column,
      };
      const place = this.keys.length - 1;
      this.keysByToken.set(this.keys[place].token, place);
    }
  }

  private removeKey(): void {
    const key = this.keys[this.keys.length - 1];
    if (key.possible) {
      this.dropKey(key);
      this.keysByToken.delete(key.token);
    }
  }

  private roll(
    column: number,
    type: TokenType,
    line: number,
    place = this.queue.length,
  ): void {
    if (this.flowLevel === 0 && this.indent < column) {
      this.indents.push(this.indent);
      this.indent = column;
      if (this.indents.length > MAX_NESTING) {
        this.source.fail(`exceeded max depth of ${MAX_NESTING}`);
      }
      this.insert(place, { type, line });
    }
  }

  private unroll(column: number): void {
    while (this.flowLevel === 0 && this.indent > column) {
      this.add('block-end');
      this.indent = this.indents.pop()!;
    }
  }
}
