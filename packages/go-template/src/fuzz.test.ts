import fc from 'fast-check';
import { executeTemplate } from './executeTemplate';
import { TemplateSet } from './execute/TemplateSet';
import { sprintf } from './format/sprintf';
import { TemplateError } from './TemplateError';
import { TemplateParser } from './TemplateParser';
import { goInt } from './values/GoObject';
import { decodeUtf8, encodeUtf8, compareStrings } from './values/utf8';

// Machines may be slow; the runs are many.
jest.setTimeout(60_000);

const parser = new TemplateParser();
const data = {
  a: { b: [1, 'x', null], c: goInt(3) },
  s: 'text',
  __proto__: null,
};

/** What comes out: text, or an error of ours. */
function outcome(text: string, value: unknown): string {
  try {
    const set = new TemplateSet().add(parser.parse('t', text));
    return typeof executeTemplate(set, 't', value, {
      limits: { steps: 20_000, output: 1_000_000, depth: 100 },
    });
  } catch (error) {
    if (error instanceof TemplateError) {
      return error.code;
    }
    throw error;
  }
}

const OUTCOMES = ['string', 'parse', 'exec', 'limit'];

const pieces = fc.constantFrom(
  ...'{{ }} {{- -}} ( ) | . $ $x := = , if else end range with define template block break continue nil true'.split(
    ' ',
  ),
  ...'.a .a.b $.s "q" `r` 1 -2.5 1e9 0x \'c\' 1i print printf index slice len eq lt and or not html js call'.split(
    ' ',
  ),
  ...[
    '{{if .a}}',
    '{{range .a.b}}',
    '{{end}}',
    '{{else}}',
    ' ',
    '\n',
    '/*',
    '*/',
    '%v',
  ],
);

describe('whatever is thrown at it', () => {
  it('random text gives text or a typed error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
        expect(OUTCOMES).toContain(outcome(`{{${text}`, data));
        expect(OUTCOMES).toContain(outcome(text, data));
      }),
      { numRuns: 500 },
    );
  });

  it('random pieces of templates give text or a typed error', () => {
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 25 }),
        fc.boolean(),
        (parts, blank) => {
          expect(OUTCOMES).toContain(
            outcome(parts.join(blank ? ' ' : ''), data),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('builtin functions take any value', () => {
    const calls = [
      'print',
      'printf',
      'println',
      'html',
      'js',
      'urlquery',
      'len',
      'index',
      'slice',
      'eq',
      'ne',
      'lt',
      'le',
      'gt',
      'ge',
      'and',
      'or',
      'not',
      'call',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...calls),
        fc.anything({
          withBigInt: true,
          withNullPrototype: true,
          withTypedArray: true,
          withDate: true,
          withMap: true,
        }),
        fc.anything(),
        (name, a, b) => {
          expect(OUTCOMES).toContain(
            outcome(`{{${name} .a .b}}{{.a | ${name}}}{{.a.x.y}}`, { a, b }),
          );
          expect(OUTCOMES).toContain(
            outcome(
              '{{range $k, $v := .a}}{{$k}}{{.}}{{end}}{{with .b}}{{.}}{{end}}',
              { a, b },
            ),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('any format prints any value', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(
          /^(%[-+# 0]{0,3}\d{0,2}(\.\d{0,2})?[a-zA-Z%[\]*]?|x){0,4}$/,
        ),
        fc.array(
          fc.oneof(
            fc.double(),
            fc.string(),
            fc.integer().map(goInt),
            fc.jsonValue(),
          ),
          { maxLength: 4 },
        ),
        (format, values) => {
          expect(typeof sprintf(format, values)).toBe('string');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('bytes survive as strings, in the same order', () => {
    const bytes = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(
        bytes,
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (raw, a, b) => {
          expect(Array.from(encodeUtf8(decodeUtf8(raw)))).toEqual(
            Array.from(raw),
          );
          expect(Math.sign(compareStrings(a, b))).toBe(
            Buffer.compare(Buffer.from(a), Buffer.from(b)),
          );
        },
      ),
    );
  });
});
