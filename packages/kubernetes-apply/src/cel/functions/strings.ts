import { Failure } from '../CelError';
import { List } from '../values/Value';
import { format } from './format';
import {
  FunctionTable,
  integer,
  list,
  overload,
  text,
  type Evaluation,
} from './Overload';
import { listOf, typeNamed } from './StaticType';

/** Indices count characters; most texts have one unit for each. */
function characters(value: string, { budget }: Evaluation): readonly string[] {
  budget.spendSize(value.length * 2);
  return Array.from(value);
}

function outOfRange(index: bigint): Failure {
  return new Failure(`index out of range: ${index}`);
}

function find(
  where: readonly string[],
  what: readonly string[],
  start: number,
  step: 1 | -1,
): bigint {
  for (let i = start; i >= 0 && i + what.length <= where.length; i += step) {
    if (what.every((char, j) => where[i + j] === char)) return BigInt(i);
  }
  return -1n;
}

function indexOf(
  value: string,
  wanted: string,
  from: bigint,
  evaluation: Evaluation,
): bigint {
  if (wanted === '') return from;
  if (from < 0n) throw outOfRange(from);
  const where = characters(value, evaluation);
  const what = characters(wanted, evaluation);
  evaluation.budget.spendSize(where.length * what.length);
  return from >= BigInt(where.length)
    ? -1n
    : find(where, what, Number(from), 1);
}

function lastIndexOf(
  value: string,
  wanted: string,
  from: bigint | undefined,
  evaluation: Evaluation,
): bigint {
  const where = characters(value, evaluation);
  if (wanted === '') return from ?? BigInt(where.length);
  const start = from ?? BigInt(where.length - 1);
  if (from !== undefined && from < 0n) throw outOfRange(from);
  const what = characters(wanted, evaluation);
  evaluation.budget.spendSize(where.length * what.length);
  if (start >= BigInt(where.length)) return -1n;
  return find(
    where,
    what,
    Math.min(Number(start), where.length - what.length),
    -1,
  );
}

function substring(
  value: string,
  start: bigint,
  end: bigint | undefined,
  evaluation: Evaluation,
): string {
  const chars = characters(value, evaluation);
  const last = end ?? BigInt(chars.length);
  if (end !== undefined && start > end) {
    throw new Failure(`invalid substring range. start: ${start}, end: ${end}`);
  }
  for (const index of [start, last]) {
    if (index < 0n || index > BigInt(chars.length)) throw outOfRange(index);
  }
  return chars.slice(Number(start), Number(last)).join('');
}

function replace(
  value: string,
  [from, to]: [string, string],
  limit: bigint,
  { budget }: Evaluation,
): string {
  if (limit === 0n) return value;
  // Between characters, not within pairs of units.
  const parts = from === '' ? ['', ...value, ''] : value.split(from);
  const count =
    limit < 0n || limit > BigInt(parts.length - 1)
      ? parts.length - 1
      : Number(limit);
  budget.spendSize(value.length * 2 + count * to.length);
  const head = parts.slice(0, count + 1).join(to);
  const tail = parts.slice(count + 1);
  return tail.length > 0 ? [head, ...tail].join(from) : head;
}

function split(
  value: string,
  separator: string,
  limit: bigint,
  { budget }: Evaluation,
): List {
  budget.spendSize(value.length * 10);
  if (limit === 0n) return List.of([]);
  const parts = separator === '' ? Array.from(value) : value.split(separator);
  if (limit < 0n || limit >= BigInt(parts.length)) return List.of(parts);
  const head = parts.slice(0, Number(limit) - 1);
  return List.of([...head, parts.slice(head.length).join(separator)]);
}

function joinTexts(items: List, separator: string, evaluation: Evaluation) {
  const texts: string[] = [];
  let size = 0;
  for (const item of items) {
    if (typeof item !== 'string') throw new Failure('join: invalid input');
    texts.push(item);
    size += item.length + separator.length;
  }
  evaluation.budget.spendSize(size + texts.length * 10);
  return texts.join(separator);
}

const ESCAPES: Record<string, string> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function defineReading(table: FunctionTable): void {
  table
    .method(
      'charAt',
      overload(['string', 'int'], 'string', ([a, b], evaluation) => {
        const chars = characters(text(a), evaluation);
        const index = integer(b);
        if (index < 0n || index > BigInt(chars.length)) throw outOfRange(index);
        return chars[Number(index)] ?? '';
      }),
    )
    .method(
      'indexOf',
      overload(['string', 'string'], 'int', ([a, b], evaluation) =>
        indexOf(text(a), text(b), 0n, evaluation),
      ),
      overload(['string', 'string', 'int'], 'int', ([a, b, c], evaluation) =>
        indexOf(text(a), text(b), integer(c), evaluation),
      ),
    )
    .method(
      'lastIndexOf',
      overload(['string', 'string'], 'int', ([a, b], evaluation) =>
        lastIndexOf(text(a), text(b), undefined, evaluation),
      ),
      overload(['string', 'string', 'int'], 'int', ([a, b, c], evaluation) =>
        lastIndexOf(text(a), text(b), integer(c), evaluation),
      ),
    )
    .method(
      'substring',
      overload(['string', 'int'], 'string', ([a, b], evaluation) =>
        substring(text(a), integer(b), undefined, evaluation),
      ),
      overload(['string', 'int', 'int'], 'string', ([a, b, c], evaluation) =>
        substring(text(a), integer(b), integer(c), evaluation),
      ),
    );
  for (const [name, test] of Object.entries({
    contains: (a: string, b: string) => a.includes(b),
    startsWith: (a: string, b: string) => a.startsWith(b),
    endsWith: (a: string, b: string) => a.endsWith(b),
  })) {
    table.method(
      name,
      overload(['string', 'string'], 'bool', ([a, b], { budget }) => {
        budget.spendSize(text(a).length);
        return test(text(a), text(b));
      }),
    );
  }
}

function defineWriting(table: FunctionTable): void {
  const mapping = (change: (value: string) => string) =>
    overload(['string'], 'string', ([a], { budget }) => {
      budget.spendSize(text(a).length * 2);
      return change(text(a));
    });
  table
    .method(
      'lowerAscii',
      mapping(a => a.replace(/[A-Z]+/g, x => x.toLowerCase())),
    )
    .method(
      'upperAscii',
      mapping(a => a.replace(/[a-z]+/g, x => x.toUpperCase())),
    )
    // U+FEFF is space to JavaScript, and none to Unicode; U+0085 the reverse.
    .method(
      'trim',
      mapping(a =>
        a
          .replace(/^[\p{White_Space}]+/u, '')
          .replace(/[\p{White_Space}]+$/u, ''),
      ),
    )
    .method(
      'reverse',
      mapping(a => Array.from(a).reverse().join('')),
    )
    .define(
      'strings.quote',
      mapping(a => {
        const chars = Array.from(Buffer.from(a).toString());
        return `"${chars.map(char => ESCAPES[char] ?? char).join('')}"`;
      }),
    )
    .method(
      'replace',
      overload(['string', 'string', 'string'], 'string', ([a, b, c], ev) =>
        replace(text(a), [text(b), text(c)], -1n, ev),
      ),
      overload(
        ['string', 'string', 'string', 'int'],
        'string',
        ([a, b, c, d], ev) =>
          replace(text(a), [text(b), text(c)], integer(d), ev),
      ),
    );
}

function defineLists(table: FunctionTable): void {
  const texts = listOf(typeNamed('string'));
  table
    .method('split', {
      params: [typeNamed('string'), typeNamed('string')],
      result: () => texts,
      run: ([a, b], ev) => split(text(a), text(b), -1n, ev),
    })
    .method('split', {
      params: [typeNamed('string'), typeNamed('string'), typeNamed('int')],
      result: () => texts,
      run: ([a, b, c], ev) => split(text(a), text(b), integer(c), ev),
    })
    .method('join', {
      params: [texts],
      result: () => typeNamed('string'),
      run: ([a], ev) => joinTexts(list(a), '', ev),
    })
    .method('join', {
      params: [texts, typeNamed('string')],
      result: () => typeNamed('string'),
      run: ([a, b], ev) => joinTexts(list(a), text(b), ev),
    })
    .method(
      'format',
      overload(['string', 'list'], 'string', ([a, b], { budget }) =>
        format(text(a), list(b), budget),
      ),
    );
}

/** The standard functions of text, and those of cel-go's strings extension. */
export function defineStrings(table: FunctionTable): void {
  defineReading(table);
  defineWriting(table);
  defineLists(table);
  const matches = overload(['string', 'string'], 'bool', ([a, b], ev) => {
    const pattern = ev.pattern(text(b));
    // Time grows with both, at worst; nothing is tried twice.
    ev.budget.spend(pattern.programSize() * (text(a).length + 1));
    return pattern.test(text(a));
  });
  table.define('matches', matches).method('matches', matches);
}
