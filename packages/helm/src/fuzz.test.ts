import {
  BYTES,
  decodeUtf8,
  executeTemplate,
  FLOAT32,
  GoEntries,
  goInt,
  goInt64,
  GoMap,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
  GoTyped,
  integer,
  INT,
  mapType,
  pointerType,
  STRING_MAP,
  STRING_SLICE,
  TemplateError,
  TemplateParser,
  TemplateSet,
  UINT64,
  ANY_MAP,
  ANY_SLICE,
} from '@backstage-gitops/go-template';
import fc from 'fast-check';
import { createFunctions } from './functions';

// Machines may be slow; the calls are many.
jest.setTimeout(120_000);

const SEED = 20261122;

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) {
    value = wrap(value);
  }
  return value;
}

const cyclic: GoMap = { name: 'cyclic' };
cyclic.self = cyclic;
cyclic.list = [cyclic];
const STRUCT = { name: 'test.Struct', kind: 'struct', fields: ['A'] } as const;
const struct = new GoStruct(STRUCT, { A: 1 });

/** Values that functions do not expect, one of a kind. */
const HOSTILE: readonly unknown[] = [
  ...[null, undefined, true, false, '', ' ', 'a', '0', '-1', '1e400', 'NaN'],
  ...['__proto__', 'constructor', 'a.b[0]', '{{', '(a+)+$', '(', '[[:bad:]]'],
  ...['${1}$x', '%!d%99999999d', '../../etc', '\u0000', 'é\u0301', '\u{1F600}'],
  decodeUtf8(new Uint8Array([0xff, 0x61, 0xc3])),
  ...['a'.repeat(100_000), '\n'.repeat(10_000), '99999999999999999999'],
  ...[
    '2006-01-02',
    'Asia/Tokyo',
    '999999h',
    '-1.5h',
    'P1D',
    '>=1.2 || <3',
    '^',
  ],
  ...[
    'a: &a [*a]',
    '{"a":',
    '[[[[',
    'a = 1\na = 2',
    '!!python/x',
    'x: !!binary Z',
  ],
  ...['rsa', 'ecdsa', 'long', 'maximum', 'http://[::1', 'a,b,c', '\\1\\'],
  ...[
    0,
    -0,
    1,
    -1,
    0.5,
    1e21,
    -1e308,
    5e-324,
    NaN,
    Infinity,
    -Infinity,
    2 ** 53,
  ],
  ...[1_000_000_000, goInt(1_000_000_000), goInt(-1), goInt(0), goInt(3)],
  ...[goInt64(-(2n ** 63n)), goInt64(2n ** 63n - 1n), 5n],
  ...[integer(UINT64, 2n ** 64n - 1n), new GoNumber(FLOAT32, Math.fround(0.1))],
  ...[[], {}, ['a', 1, null], [[1], [2]], { a: { b: { c: null } } }],
  JSON.parse('{"__proto__": {"x": 1}, "constructor": "y", "": 0}'),
  new Uint8Array([0, 255, 10]),
  new GoTyped(STRING_SLICE, ['b', 'a']),
  new GoTyped(STRING_MAP, { b: 'a' }),
  new GoTyped(mapType(INT, ANY_SLICE), new GoEntries([[goInt(1), [null]]])),
  ...[STRING_SLICE, ANY_MAP, BYTES, pointerType(STRUCT)].map(
    type => new GoNil(type),
  ),
  ...[struct, new GoPointer(pointerType(STRUCT), struct), cyclic, [cyclic]],
  nested(3000, inner => [inner]),
  nested(3000, inner => ({ inner })),
  new Array(1000).fill('x'),
];

// Keys and certificates take a while each; their arguments have tests of their own.
const SLOW = /^gen|^bcrypt$|^htpasswd$|^derivePassword$|^buildCustomCert$/;

describe('functions of templates', () => {
  const functions = createFunctions();
  const parser = new TemplateParser({ functions });
  const argument = fc.constantFrom(...HOSTILE);

  /** Whether the call gives a text or an error of a template. */
  function survives(name: string, args: readonly unknown[]): boolean {
    const words = args.map((_, i) => `.a${i}`).join(' ');
    const set = new TemplateSet({ missingKey: 'zero' }).add(
      parser.parse('t', `{{ ${name} ${words} }}`),
    );
    const data = Object.fromEntries(args.map((value, i) => [`a${i}`, value]));
    try {
      return typeof executeTemplate(set, 't', data) === 'string';
    } catch (error) {
      if (error instanceof TemplateError) {
        return true;
      }
      throw error;
    }
  }

  it.each([...functions.keys()])('%s takes anything', name => {
    const fn = functions.get(name)!;
    const fixed = fn.parameters.length;
    const numRuns = SLOW.test(name) ? 15 : 150;
    fc.assert(
      fc.property(
        fc.array(argument, {
          minLength: fixed,
          maxLength: fixed + (fn.variadic ? 3 : 0),
        }),
        args => {
          expect(survives(name, args)).toBe(true);
        },
      ),
      { numRuns, seed: SEED },
    );
  });

  // One after the other, so that none is missed.
  it.each([...functions.keys()].filter(name => !SLOW.test(name)))(
    '%s takes each hostile value at each place',
    name => {
      const fn = functions.get(name)!;
      const places = fn.parameters.length + (fn.variadic ? 1 : 0);
      for (let place = 0; place < places; place++) {
        for (const value of HOSTILE) {
          const args = new Array<unknown>(places).fill('1');
          args[place] = value;
          expect(survives(name, args)).toBe(true);
          args.fill(goInt(1));
          args[place] = value;
          expect(survives(name, args)).toBe(true);
        }
      }
    },
  );
});
