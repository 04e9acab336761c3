import {
  GoError,
  GoFunction,
  GoPointer,
  GoStruct,
  pointerType,
  TemplateError,
} from '@backstage-gitops/go-template';
import fc from 'fast-check';
import { defaultFunctions } from '../defaults';
import { listFunctions } from '../lists';
import { numberFunctions } from '../numbers';
import { typeFunctions } from '../types';
import { renderer, typedData } from '../types/testing/describeResult';
import { dictFunctions } from './index';

// Machines may be slow; the runs are many.
jest.setTimeout(60_000);

const functions: ReadonlyMap<string, GoFunction> = new Map([
  ...defaultFunctions,
  ...dictFunctions,
  ...listFunctions,
  ...numberFunctions,
  ...typeFunctions,
]);
const render = renderer(functions);

/** Values that refer to themselves, among others. */
function hostileData(): Record<string, unknown> {
  const loop: Record<string, unknown> = { a: 1 };
  loop.self = loop;
  const ring: unknown[] = [loop];
  ring.push(ring);
  const struct = { name: 'test.T', kind: 'struct', fields: ['A'] } as const;
  const value = new GoStruct(struct, { A: 1 });
  return {
    ...typedData(),
    loop,
    ring,
    struct: value,
    pointer: new GoPointer(pointerType(struct), value),
    big: 2n ** 63n,
    raw: '\udc80\ud800',
    proto: JSON.parse('{"__proto__": {"a": 1}}'),
    inf: Infinity,
  };
}

/** Whether there was a text or an error of ours; throws what is neither. */
function outcome(template: string, data: unknown): 'text' | 'error' {
  try {
    render(template, data);
    return 'text';
  } catch (error) {
    // A cause is what a function threw; what ends the stack is a limit.
    if (
      error instanceof TemplateError &&
      (error.code === 'limit' || error.cause instanceof GoError || !error.cause)
    ) {
      return 'error';
    }
    throw error;
  }
}

const argument = fc.constantFrom(
  ...Object.keys(hostileData()).map(name => `.${name}`),
  ...['nil', 'true', '""', '"a"', '"self"', '"9e999"', '-1', '0', '3', '1e300'],
  ...['9223372036854775807', '-9223372036854775808', '0.1', '(list nil)'],
);

describe('hostile arguments', () => {
  it('give text or an error of ours', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...functions.keys()),
        fc.array(argument, { maxLength: 4 }),
        fc.constantFrom(...functions.keys()),
        (name, args, outer) => {
          const call = [name, ...args].join(' ');
          // What comes of it is not printed: it may hold itself.
          seen.add(outcome(`{{ $_ := ${call} }}`, hostileData()));
          seen.add(outcome(`{{ $_ := ${outer} (${call}) }}`, hostileData()));
        },
      ),
      { numRuns: 6_000, seed: 20260101 },
    );
    expect([...seen].sort()).toEqual(['error', 'text']);
  });

  it.each([
    'deepCopy .loop',
    'deepCopy .ring',
    'merge .loop (deepCopy (omit .loop "self")) .loop',
    'mergeOverwrite (dict "self" .loop) .loop (dict "self" (dict "self" .loop))',
  ])('%s ends, though values hold themselves', call => {
    expect(outcome(`{{ $_ := ${call} }}`, hostileData())).toBe('error');
  });

  it('values that hold themselves can be compared', () => {
    const data = { a: hostileData().loop, b: hostileData().loop };
    expect(render('{{ deepEqual .a .b }}', data)).toBe('true');
    const template =
      '{{ $_ := set .b "a" 2 }}{{ deepEqual .a .b }}{{ has .a (list .b .a) }}';
    expect(render(template, data)).toBe('falsetrue');
  });

  it.each([
    ['deepEqual .a .b', 'text'],
    ['deepCopy .a', 'error'],
    ['merge .a .b', 'error'],
  ])('%s ends with maps that share maps', (call, expected) => {
    const grow = (times: number) => {
      let map: Record<string, unknown> = {};
      for (let i = 0; i < times; i++) {
        map = { x: map, y: map };
      }
      return map;
    };
    const data = { a: grow(60), b: grow(60) };
    expect(outcome(`{{ $_ := ${call} }}`, data)).toBe(expected);
  });

  it.each([
    'until 9223372036854775807',
    'untilStep -9223372036854775808 9223372036854775807 1',
    'untilStep 9007199254740990 9223372036854775807 1',
    'seq 1 100000000000',
    'concat .many .many .many',
  ])('%s is refused before it takes memory', call => {
    const data = { many: new Array(500_000).fill(0) };
    expect(outcome(`{{ $_ := ${call} }}`, data)).toBe('error');
  });

  it('long lists of equal and of different elements are made unique', () => {
    const texts = Array.from({ length: 100_000 }, (_, i) => `${i % 50_000}`);
    const data = { texts };
    expect(render('{{ len (uniq .texts) }}', data)).toBe('50000');
    expect(render('{{ len (without .texts "1") }}', data)).toBe('99998');
  });
});
