import { CelError } from './CelError';
import { CelExpressionCache, compileExpression } from './compileExpression';
import { VECTORS } from './__fixtures__/vectors';

const object = {
  metadata: { name: 'one', generation: 3, labels: { app: 'x' } },
  spec: {
    replicas: 3,
    ratio: 0.5,
    big: 9007199254740993n,
    none: null,
    flag: true,
    nested: { a: { b: { c: 1 } } },
    list: [1, 2, 3],
    text: 'héllo wörld 😀',
    dur: '1h30m',
    items: [{ name: 'x', ok: true }, { name: 'y', ok: false }, { name: 'z' }],
  },
  status: {
    phase: 'Ready',
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False' },
    ],
  },
};

function errorOf(work: () => unknown): CelError {
  try {
    work();
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
  throw new Error('nothing went wrong');
}

function outcomeOf(work: () => boolean): boolean | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof CelError) return error.code;
    throw error;
  }
}

const evaluate = (text: string) =>
  compileExpression(text).evaluateBoolean(object);

describe('compileExpression', () => {
  it.each(VECTORS)('%s: %s', (text, expected) => {
    expect(outcomeOf(() => evaluate(text))).toBe(expected);
  });

  it('names the expression and the place, and no values', () => {
    const syntax = errorOf(() => compileExpression('status.phase ==\n  )'));
    expect(syntax).toMatchObject({
      code: 'cel-syntax',
      expression: 'status.phase ==\n  )',
      position: { line: 2, column: 3 },
    });
    const missing = errorOf(() => evaluate('true && status.nope == 1'));
    expect(missing).toMatchObject({
      code: 'cel-evaluation',
      detail: 'no such key: nope',
      position: { line: 1, column: 15 },
    });
    expect(missing.message).toBe(
      "failed to evaluate the CEL expression 'true && status.nope == 1' (1:15): no such key: nope",
    );
    const conversion = errorOf(() => evaluate('int(spec.text) == 1'));
    expect(conversion.message).not.toContain('wörld');
  });

  it('wants a boolean, or a text', () => {
    expect(errorOf(() => evaluate('status.phase')).detail).toBe(
      'it gives no boolean',
    );
    const phase = compileExpression('status.phase');
    expect(phase.evaluateString(object)).toBe('Ready');
    expect(
      errorOf(() => compileExpression('1').evaluateString(object)).code,
    ).toBe('cel-evaluation');
  });

  describe('with variables', () => {
    const compile = (text: string) =>
      compileExpression(text, { variables: ['self', 'dep'], output: 'bool' });

    it.each([
      "dep.status.conditions.exists(e, e.type == 'Ready')",
      'dep.status.ready == true',
      'dep.metadata.labels == self.metadata.labels',
      "dep.?status.?phase.orValue('') == 'Ready'",
      '[true].first().value()',
      '{"a": true}.a',
      'optional.none().orValue(true)',
      "'%s %d'.format(['a', 1]) == 'a 1'",
      'null == timestamp(0)',
      'type(dep) == map',
    ])('takes %s', text => {
      expect(compile(text).text).toBe(text);
    });

    it.each([
      ['other.status == 1', "undeclared reference to 'other'"],
      ['dep.status.ready', 'output type mismatch: expected bool, got dyn'],
      ['1', 'output type mismatch: expected bool, got int'],
      ["1 == 'a'", "no matching overload for '_==_'"],
      ["'a'.startsWith(1)", "no matching overload for 'startsWith'"],
      ['nope(dep)', "undeclared reference to 'nope'"],
      ["[1, 'a'] == []", "expected type 'int' but found 'string'"],
      ['[1, dep.x] == [1]', "expected type 'int' but found 'dyn'"],
      ["{'a': 1, 'b': ''} == {}", "expected type 'int' but found 'string'"],
      ["true ? 1 : 'a'", "no matching overload for '_?_:_'"],
      ['1 && true', "expected type 'bool' but found 'int'"],
      ['[1].all(x, x)', "expected type 'bool' but found 'int'"],
      ['1.all(x, true)', 'cannot be range of a comprehension'],
      ['has(1.a)', 'does not support field selection'],
      ["[1]['a'] == 1", "no matching overload for '_[_]'"],
      ["'a' in [1]", "no matching overload for '@in'"],
    ])('refuses %s', (text, detail) => {
      const error = errorOf(() => compile(text));
      expect(error.code).toBe('cel-type');
      expect(error.detail).toContain(detail);
    });

    it('evaluates with both objects', () => {
      const ready = compile('dep.spec.version == self.spec.version');
      expect(
        ready.evaluateBoolean({
          self: { spec: { version: '1' } },
          dep: { spec: { version: '1' } },
        }),
      ).toBe(true);
    });
  });

  describe('with a budget', () => {
    const ten = '[0,1,2,3,4,5,6,7,8,9]';
    const bomb = 'abcdefghi'
      .split('')
      .reduceRight((inner, x) => `${ten}.all(${x}, ${inner})`, 'true');
    const doubling = Array.from({ length: 40 }).reduce<string>(
      inner => `optional.of(${inner}).optMap(a, a + a).value()`,
      "'xxxxxxxxxx'",
    );

    it.each([
      ['loops in loops', bomb],
      ['even where it is absorbed', `${bomb} || true`],
      ['text that doubles', `${doubling} == ''`],
      [
        'lists that double',
        `${doubling.replace("'xxxxxxxxxx'", '[1, 2]')} == []`,
      ],
      ['costly patterns', `'${'a'.repeat(5_000)}'.matches('(a?){500}a{500}')`],
      ['large patterns', "'a'.matches('(((a{100}){100}){100})')"],
      ['many repeats', `'a'.matches('${'(\\\\pL|b){1000}'.repeat(3)}')`],
      ['many patterns in one', `'a'.matches('${'(b){1000}'.repeat(5_000)}')`],
      ['formats', `'${'%.100f'.repeat(200)}'.format([1.5]) == ''`],
    ])('ends %s', (_, text) => {
      const error = errorOf(() => evaluate(text));
      expect(['cel-budget', 'cel-evaluation', 'cel-syntax']).toContain(
        error.code,
      );
    });

    it('says that it was too much', () => {
      expect(errorOf(() => evaluate(bomb))).toMatchObject({
        code: 'cel-budget',
        detail: 'it takes too much work',
      });
    });

    it('matches in one pass', () => {
      const data = { text: `${'a'.repeat(10_000)}b` };
      const regex = compileExpression("text.matches('(a+)+$')");
      expect(regex.evaluateBoolean(data)).toBe(false);
    });

    it('takes what real rules ask for', () => {
      const conditions = Array.from({ length: 500 }, (_, i) => ({
        type: `T${i}`,
        status: 'True',
      }));
      const rule = compileExpression(
        "status.conditions.filter(e, e.type == 'T499').all(e, e.status == 'True')",
      );
      expect(rule.evaluateBoolean({ status: { conditions } })).toBe(true);
    });

    it.each([
      ['brackets', `${'('.repeat(300)}1${')'.repeat(300)}`],
      ['lists', `${'['.repeat(10_000)}`],
      ['signs', `${'!'.repeat(10_000)}true`],
      ['sums', `1${' + 1'.repeat(1_000)} == 1`],
      ['fields', `a${'.b'.repeat(1_000)}`],
      ['choices', `${'true ? true : '.repeat(1_000)}true`],
      ['text', `'${'a'.repeat(200_000)}' == ''`],
    ])('refuses to read endless %s', (_, text) => {
      expect(errorOf(() => compileExpression(text)).code).toBe('cel-syntax');
    });

    it('reads long chains of conditions', () => {
      expect(
        evaluate(Array(1_000).fill('spec.replicas == 3').join(' && ')),
      ).toBe(true);
    });
  });

  it('does not see what data inherit', () => {
    expect(errorOf(() => evaluate('toString == 1')).detail).toContain(
      'no such attribute',
    );
    expect(evaluate('has(spec.constructor)')).toBe(false);
    expect(evaluate("'__proto__' in metadata.labels")).toBe(false);
  });

  it('keeps what it has compiled', () => {
    const cache = new CelExpressionCache({ capacity: 2 });
    const first = cache.compile('true');
    expect(cache.compile('true')).toBe(first);
    expect(cache.compile('true', { variables: ['self'] })).not.toBe(first);
    cache.compile('false');
    expect(cache.compile('true')).not.toBe(first);
    expect(() => cache.compile('(')).toThrow(CelError);
  });

  it('gives values that other expressions take', () => {
    const variables = ['claims', 'vars'];
    const claims = { iss: 'https://a.test/x', n: 3, tags: ['a', 'b'] };
    const vars: Record<string, unknown> = {};
    const steps: [string, string][] = [
      ['host', "claims.iss.split('/')[2]"],
      ['upper', 'claims.tags.map(t, t.upperAscii())'],
      ['sizes', "{'tags': size(claims.tags), 'one': 1}"],
      ['day', "duration('24h')"],
      ['maybe', 'claims.?none'],
    ];
    for (const [name, text] of steps) {
      vars[name] = compileExpression(text, { variables }).evaluate({
        ...{ claims, vars },
      });
    }
    const all =
      "vars.host == 'a.test' && vars.upper == ['A', 'B'] && vars.sizes.tags == 2 && vars.day > duration('23h') && !vars.maybe.hasValue()";
    expect(
      compileExpression(all, { variables, output: 'bool' }).evaluateBoolean({
        ...{ claims, vars },
      }),
    ).toBe(true);
  });
});
