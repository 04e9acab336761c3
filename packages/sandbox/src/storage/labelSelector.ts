import type { JsonObject } from '../json/value';
import { asObject, at } from '../json/value';
import { labelKeyRule, labelValueRule } from '../objects/labelRules';
import type { Selector } from './selectors';
import { SelectorError } from './selectors';

type LabelTest = (labels: JsonObject) => boolean;

interface Token {
  kind: 'name' | 'end' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<';
  text: string;
}

const SYMBOLS = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'] as const;

function symbolAt(text: string): (typeof SYMBOLS)[number] | undefined {
  return SYMBOLS.find(sign => text.startsWith(sign));
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let rest = text;
  for (;;) {
    rest = rest.replace(/^[ \t\r\n]+/, '');
    if (rest === '') break;
    const symbol = symbolAt(rest);
    const token: Token = symbol
      ? { kind: symbol, text: symbol }
      : { kind: 'name', text: /^[^ \t\r\n=!(),<>]+/.exec(rest)![0] };
    tokens.push(token);
    rest = rest.slice(token.text.length);
  }
  return tokens;
}

class Parser {
  private position = 0;

  constructor(private readonly tokens: Token[]) {}

  parse(): LabelTest[] {
    const tests: LabelTest[] = [];
    for (;;) {
      const { kind, text } = this.peek();
      if (kind === 'end') return tests;
      if (kind !== 'name' && kind !== '!') {
        throw problem(text, "!, identifier, or 'end of string'");
      }
      tests.push(this.requirement());
      const next = this.take();
      if (next.kind === 'end') return tests;
      if (next.kind !== ',') throw problem(next.text, "',' or 'end of string'");
      const after = this.peek();
      if (after.kind !== 'name' && after.kind !== '!') {
        throw problem(after.text, "identifier after ','");
      }
    }
  }

  private requirement(): LabelTest {
    try {
      return this.test();
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      throw new SelectorError(`unable to parse requirement: ${error.message}`);
    }
  }

  private test(): LabelTest {
    const isAbsent = this.peek().kind === '!';
    if (isAbsent) this.take();
    const { kind, text: key } = this.take();
    if (kind !== 'name') throw problem(key, 'identifier');
    checkKey(key);
    if (isAbsent) return labels => !Object.hasOwn(labels, key);
    const operator = this.peek();
    if (operator.kind === 'end' || operator.kind === ',') {
      return labels => Object.hasOwn(labels, key);
    }
    this.take();
    if (operator.kind === 'name') return this.setTest(key, operator.text);
    return this.valueTest(key, operator);
  }

  private setTest(key: string, operator: string): LabelTest {
    if (operator !== 'in' && operator !== 'notin') {
      throw problem(operator, 'in, notin, =, ==, !=, gt, lt');
    }
    const values = this.values();
    values.forEach((value, index) => checkValue(key, value, index));
    const set = new Set(values);
    return operator === 'in'
      ? labels => Object.hasOwn(labels, key) && set.has(String(labels[key]))
      : labels => !Object.hasOwn(labels, key) || !set.has(String(labels[key]));
  }

  private values(): string[] {
    const open = this.take();
    if (open.kind !== '(') {
      throw new SelectorError(`found '${open.text}' expected: '('`);
    }
    const values: string[] = [];
    for (;;) {
      const token = this.take();
      if (token.kind === ')') return values.length > 0 ? values : [''];
      if (token.kind === ',') {
        if (values.length === 0 || this.peek().kind === ')') values.push('');
        continue;
      }
      if (token.kind !== 'name') {
        throw problem(token.text, "',', ')' or identifier");
      }
      values.push(token.text);
      const next = this.peek();
      if (next.kind !== ',' && next.kind !== ')') {
        throw problem(next.text, "',' or ')'");
      }
      if (next.kind === ',') this.take();
    }
  }

  private valueTest(key: string, operator: Token): LabelTest {
    const next = this.peek();
    let value = '';
    if (next.kind !== 'end' && next.kind !== ',') {
      this.take();
      if (next.kind !== 'name') throw problem(next.text, 'identifier');
      value = next.text;
    }
    checkValue(key, value, 0);
    switch (operator.kind) {
      case '!=':
        return labels => labels[key] !== value;
      case '>':
        return labels =>
          Object.hasOwn(labels, key) && Number(labels[key]) > Number(value);
      case '<':
        return labels =>
          Object.hasOwn(labels, key) && Number(labels[key]) < Number(value);
      case '=':
      case '==':
        return labels => labels[key] === value;
      default:
        throw problem(operator.text, 'in, notin, =, ==, !=, gt, lt');
    }
  }

  private peek(): Token {
    return this.tokens[this.position] ?? { kind: 'end', text: '' };
  }

  private take(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }
}

function problem(found: string, expected: string): SelectorError {
  return new SelectorError(`found '${found}', expected: ${expected}`);
}

function checkKey(key: string): void {
  const rule = labelKeyRule(key);
  if (rule) {
    throw new SelectorError(
      `key: Invalid value: ${JSON.stringify(key)}: ${rule}`,
    );
  }
}

function checkValue(key: string, value: string, index: number): void {
  const rule = labelValueRule(value);
  if (rule) {
    throw new SelectorError(
      `values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${rule}`,
    );
  }
}

/**
 * Reads a label selector: `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (x,y)`,
 * `a notin (x,y)`, `a>1`, `a<1`, separated by commas. Grammar and messages are
 * those of apimachinery 0.34 (`pkg/labels`).
 *
 * @throws {@link SelectorError}
 */
export function labelSelector(text: string): Selector {
  const tests = new Parser(tokenize(text)).parse();
  if (tests.length === 0) return () => true;
  return object => {
    const labels = asObject(at(object, 'metadata', 'labels'));
    return tests.every(test => test(labels));
  };
}
