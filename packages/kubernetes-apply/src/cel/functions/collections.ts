import { Failure } from '../CelError';
import { isEqual } from '../values/compare';
import {
  isDictionary,
  List,
  Optional,
  Uint,
  Timestamp,
  Duration,
  type Value,
} from '../values/Value';
import {
  bytes,
  FunctionTable,
  list,
  optional,
  overload,
  text,
  type Evaluation,
} from './Overload';
import { DYN, heldBy, listOf, optionalOf, typeNamed } from './StaticType';

const LIST = listOf(DYN);
const OPTIONAL = optionalOf(DYN);

export function includes(
  items: List,
  wanted: Value,
  { budget }: Evaluation,
): boolean {
  for (let i = 0; i < items.size; i++) {
    if (isEqual(items.at(i), wanted, budget)) return true;
  }
  return false;
}

const allIn = (items: List, others: List, evaluation: Evaluation): boolean => {
  for (const item of items) {
    if (!includes(others, item, evaluation)) return false;
  }
  return true;
};

function defineSets(table: FunctionTable): void {
  table
    .define(
      'sets.contains',
      overload(['list', 'list'], 'bool', ([a, b], evaluation) =>
        allIn(list(b), list(a), evaluation),
      ),
    )
    .define(
      'sets.equivalent',
      overload(
        ['list', 'list'],
        'bool',
        ([a, b], evaluation) =>
          allIn(list(a), list(b), evaluation) &&
          allIn(list(b), list(a), evaluation),
      ),
    )
    .define(
      'sets.intersects',
      overload(['list', 'list'], 'bool', ([a, b], evaluation) => {
        for (const item of list(a)) {
          if (includes(list(b), item, evaluation)) return true;
        }
        return false;
      }),
    );
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function defineEncoders(table: FunctionTable): void {
  table
    .define(
      'base64.encode',
      overload(['bytes'], 'string', ([a], { budget }) => {
        budget.spendSize(bytes(a).length * 2);
        return Buffer.from(bytes(a)).toString('base64');
      }),
    )
    .define(
      'base64.decode',
      overload(['string'], 'bytes', ([a], { budget }) => {
        budget.spendSize(text(a).length);
        // Go's decoder overlooks line breaks; padding may be left out.
        const plain = text(a).replace(/[\r\n]/g, '');
        const unpadded = plain.replace(/=+$/, '');
        const isPadded = plain.length !== unpadded.length;
        if (
          !BASE64.test(plain) ||
          unpadded.length % 4 === 1 ||
          (isPadded && plain.length % 4 !== 0)
        ) {
          throw new Failure('a text that is not base64');
        }
        return Uint8Array.from(Buffer.from(unpadded, 'base64'));
      }),
    );
}

function isZero(value: Value): boolean {
  if (value === null || value === false || value === '') return true;
  if (typeof value === 'bigint' || typeof value === 'number') {
    // eslint-disable-next-line eqeqeq
    return value == 0;
  }
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return false;
  if (value instanceof Optional) return value.value === undefined;
  if (value instanceof List) return value.size === 0;
  return typeof value === 'object' && isDictionary(value) && value.size === 0;
}

function unwrap(items: List): List {
  const values: Value[] = [];
  for (const item of items) {
    const { value } = optional(item);
    if (value !== undefined) values.push(value);
  }
  return List.of(values);
}

const unwrapping = {
  params: [LIST],
  result: ([a]: readonly (typeof DYN)[]) => listOf(heldBy(heldBy(a))),
  run: ([a]: readonly Value[], { budget }: Evaluation) => {
    budget.spendSize(list(a).size * 10);
    return unwrap(list(a));
  },
};

function defineOptionals(table: FunctionTable): void {
  table
    .define('optional.of', {
      params: [DYN],
      result: ([a]) => optionalOf(a),
      run: ([a]) => new Optional(a),
    })
    .define('optional.ofNonZeroValue', {
      params: [DYN],
      result: ([a]) => optionalOf(a),
      run: ([a]) => (isZero(a) ? new Optional() : new Optional(a)),
    })
    .define('optional.none', {
      params: [],
      // Of what, the context says.
      result: () => typeNamed('optional_type'),
      run: () => new Optional(),
    })
    .define('optional.unwrap', unwrapping)
    .method('unwrapOpt', unwrapping)
    .method('hasValue', {
      params: [OPTIONAL],
      result: () => typeNamed('bool'),
      run: ([a]) => optional(a).value !== undefined,
    })
    .method('value', {
      params: [OPTIONAL],
      result: ([a]) => heldBy(a),
      run: ([a]) => {
        const { value } = optional(a);
        if (value === undefined) {
          throw new Failure('optional.none() dereference');
        }
        return value;
      },
    })
    .method('first', {
      params: [LIST],
      result: ([a]) => optionalOf(heldBy(a)),
      run: ([a]) => new Optional(list(a).size > 0 ? list(a).at(0) : undefined),
    })
    .method('last', {
      params: [LIST],
      result: ([a]) => optionalOf(heldBy(a)),
      run: ([a]) =>
        new Optional(
          list(a).size > 0 ? list(a).at(list(a).size - 1) : undefined,
        ),
    });
}

/** What cel-go's extensions for sets, encoders and optional values add. */
export function defineCollections(table: FunctionTable): void {
  defineSets(table);
  defineEncoders(table);
  defineOptionals(table);
}
