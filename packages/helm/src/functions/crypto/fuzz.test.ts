import { generateKeyPairSync } from 'node:crypto';
import {
  executeTemplate,
  GoError,
  goInt,
  goInt64,
  GoNil,
  GoNumber,
  GoStruct,
  GoType,
  GoTyped,
  STRING_MAP,
  STRING_SLICE,
  TemplateError,
  TemplateParser,
  TemplateSet,
  UINT64,
} from '@backstage-gitops/go-template';
import fc from 'fast-check';
import { createDateFunctions, goDuration, GoTime } from '../dates';
import { createVersionFunctions } from '../versions';
import { createCryptoFunctions } from './index';

const SEED = 20261122;

jest.setTimeout(120_000);

const functions = new Map([
  ...createCryptoFunctions(),
  ...createDateFunctions({ now: () => 0 }),
  ...createVersionFunctions(),
]);
const parser = new TemplateParser({ functions });

// New keys of RSA and DSA, `bcrypt` and `derivePassword` take too long to be
// called thousands of times; each has a test of its own.
const DEAR =
  /^(bcrypt|htpasswd|derivePassword|genCA|genSelfSignedCert|genSignedCert|genPrivateKey)$/;
const NAMES = [...functions.keys()].filter(name => !DEAR.test(name));

const ed25519 = functions.get('genPrivateKey')!.call('ed25519');
const ca = functions.get('genCAWithKey')!.call('ca', goInt(1), ed25519);

const pieces = fc.constantFrom(
  '2006',
  '01',
  '_2',
  'Jan',
  'MST',
  'Z07:00',
  '-0700',
  '.000',
  '.999',
  '1h',
  '.5s',
  '-',
  '+',
  '9'.repeat(40),
  'GMT+3',
  ' ',
  '1.2.3',
  '>=',
  '||',
  '^x',
  '-----BEGIN ',
  '\n-----END ',
  'PRIVATE KEY-----',
  'AAAA',
  '=',
  '\n',
  'é',
  '\udcff',
  '\0',
  '::1',
  'Europe/Berlin',
);
const text = fc.oneof(
  fc.constant(String(ed25519)),
  fc.array(pieces, { maxLength: 12 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constant('x'.repeat(20_000)),
  fc.constant(' '.repeat(20_000)),
  fc.constant('-----BEGIN A-----\n'.repeat(1500)),
  fc.constant('\n-----END A-----'.repeat(1500)),
  fc.constant('1'.repeat(20_000)),
);
const value = fc.oneof(
  { arbitrary: text, weight: 6 },
  fc.double(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(goInt64),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(goInt),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(n => new GoNumber(UINT64, n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(goDuration),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map(seconds => new GoTime(seconds)),
  fc.constant(null),
  fc.constant(true),
  fc.constant(ca),
  fc.constant(ed25519),
  fc.constant(new GoNil(STRING_SLICE)),
  fc.constant(new GoTyped(STRING_MAP, { a: 'b' })),
  fc.constant(new Uint8Array([1, 255])),
  fc.array(text, { maxLength: 3 }),
  fc.constant({ a: 1 }),
);

/** What is wrong with what became of the template; nothing if all is well. */
function problem(template: string, data: unknown): unknown {
  const set = new TemplateSet();
  try {
    set.add(parser.parse('t', template));
    executeTemplate(set, 't', data);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) {
      return error;
    }
    // An exception that is none of Go's errors would be its cause.
    const { cause } = error;
    return cause === undefined || cause instanceof GoError ? undefined : cause;
  }
}

const number = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** Mostly of the type that the parameter has. */
function argument({ name }: GoType): fc.Arbitrary<unknown> {
  const fitting: Record<string, fc.Arbitrary<unknown>> = {
    string: text,
    int: number.map(goInt),
    'time.Time': number.map(seconds => new GoTime(seconds)),
    'sprig.certificate': fc.constant(ca),
    '[]interface {}': fc.array(value, { maxLength: 2 }),
  };
  return Object.hasOwn(fitting, name)
    ? fc.oneof({ arbitrary: fitting[name], weight: 12 }, value)
    : value;
}

describe('hostile arguments', () => {
  it.each(NAMES)('%s', name => {
    const { parameters } = functions.get(name)!;
    const call = `{{ ${name} ${parameters.map((_, i) => `.a${i}`).join(' ')} }}`;
    fc.assert(
      fc.property(fc.tuple(...parameters.map(argument)), values => {
        const data = values.map((element, i) => [`a${i}`, element] as const);
        expect(problem(call, Object.fromEntries(data))).toBeUndefined();
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it.each(['mustToDate', 'semverCompare', 'decryptAES', 'buildCustomCert'])(
    '%s of texts',
    name => {
      fc.assert(
        fc.property(text, text, (a, b) => {
          expect(problem(`{{ ${name} .a .b }}`, { a, b })).toBeUndefined();
        }),
        { seed: SEED, numRuns: 150 },
      );
    },
  );

  it.each([
    ['RSA PRIVATE KEY', 'rsa'],
    ['EC PRIVATE KEY', 'ecdsa'],
    ['PRIVATE KEY', 'ed25519'],
  ])('damaged %s', (label, type) => {
    const rsa = () => generateKeyPairSync('rsa', { modulusLength: 1024 });
    const pem =
      type === 'rsa'
        ? rsa().privateKey.export({ format: 'pem', type: 'pkcs1' })
        : functions.get('genPrivateKey')!.call(type);
    const whole = Buffer.from(String(pem).split('-----')[2], 'base64');
    const damage = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), changes => {
        const bytes = Buffer.from(whole);
        changes.forEach(([at, byte]) => bytes.set([byte], at));
        const key = `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----`;
        const data = { key, ca };
        expect(
          problem('{{ genCAWithKey "x" 1 .key }}', data) ??
            problem('{{ genSignedCertWithKey "x" nil nil 1 .ca .key }}', data),
        ).toBeUndefined();
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('damaged certificates', () => {
    const pem = String((ca as GoStruct).fields.Cert);
    const whole = Buffer.from(pem.split('-----')[2], 'base64');
    const damage = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(damage, ([at, byte]) => {
        const bytes = Buffer.from(whole);
        bytes.set([byte], at);
        const Cert = `-----BEGIN C-----\n${bytes.toString('base64')}\n-----END C-----`;
        const { type, fields } = ca as GoStruct;
        const data = { ca: new GoStruct(type, { ...fields, Cert }) };
        expect(
          problem('{{ genSignedCertWithKey "x" nil nil 1 .ca .ca.Key }}', data),
        ).toBeUndefined();
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('of methods of times', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        for (const call of [
          '.t.Add .a',
          '.t.AddDate .a .b .c',
          '.t.Round .a',
          '.t.Format .a',
          '.t.MarshalJSON',
          '.t.In .a',
          '.t.IsDST',
        ]) {
          const data = { t: new GoTime(0n), a, b, c };
          expect(problem(`{{ ${call} }}{{ .t }}`, data)).toBeUndefined();
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
