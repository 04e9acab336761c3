import { Chart } from '../charts';
import { EMPTY_METADATA } from '../charts/ChartMetadata';
import { Values } from '../values';
import { validateSchema, validateValues } from './validateValues';

const check = (schema: unknown, values: Values) => () =>
  validateSchema(JSON.stringify(schema), values);

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('validateSchema', () => {
  it('says all that does not fit, in the form of Helm', () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      required: ['name'],
      additionalProperties: false,
      properties: {
        port: { type: 'integer', maximum: 65535 },
        mail: { format: 'email' },
        mode: { anyOf: [{ enum: ['a', 1] }, { $ref: '#/definitions/long' }] },
      },
      definitions: { long: { type: 'string', minLength: 1000 } },
    };
    const values = { port: 70000, mail: 'x', mode: 'b', "it's": 1 };
    expect(check(schema, values)).toThrow(
      [
        "- at '': missing property 'name'",
        "- at '/port': maximum: got 70,000, want 65,535",
        "- at '/mail': 'x' is not valid email: missing @",
        "- at '/mode': 'anyOf' failed",
        "  - at '/mode': value must be one of 'a', 1",
        "  - at '/mode': minLength: got 1, want 1,000",
        "- at '': additional properties 'it\\'s' not allowed",
        '',
      ].join('\n'),
    );
  });

  it('knows what is no multiple, and that 80.0 is an integer', () => {
    const schema = {
      properties: { a: { multipleOf: 0.1 }, b: { type: 'integer' } },
    };
    expect(check(schema, { a: 0.3, b: 80 })).not.toThrow();
    expect(check(schema, { a: 0.3, b: 80n })).not.toThrow();
    expect(check(schema, { a: 0.35, b: 1 })).toThrow('multipleOf');
  });

  it('follows references of every draft', () => {
    const tree = {
      $id: 'https://example.com/tree',
      $dynamicAnchor: 'node',
      properties: {
        children: { items: { $dynamicRef: '#node' } },
        name: { $ref: '#name' },
      },
      $defs: { name: { $anchor: 'name', type: 'string' } },
      unevaluatedProperties: false,
    };
    expect(check(tree, { children: [{ name: 'x' }] })).not.toThrow();
    expect(check(tree, { children: [{ name: 1 }] })).toThrow(
      "- at '/children/0/name': got number, want string",
    );
    expect(check(tree, { other: 1 })).toThrow("- at '/other': false schema");
  });

  it.each([
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    'other.json',
    '../values.yaml#/a',
  ])('never reads %s', reference => {
    expect(check({ $ref: reference }, {})).toThrow(code('remote-ref'));
    expect(check({ properties: { a: { $ref: reference } } }, {})).toThrow(
      code('remote-ref'),
    );
  });

  it.each([
    ['a type that is none', { type: 'strin' }],
    ['a count below 0', { minLength: -1 }],
    ['a pattern that looks ahead', { pattern: '(?=a)' }],
    ['a reference to nothing', { $ref: '#/definitions/none' }],
    ['a list', []],
  ])('refuses %s', (_, schema) => {
    expect(check(schema, {})).toThrow(code('invalid-schema'));
  });

  it('ends where a schema has no end', () => {
    expect(check({ $ref: '#' }, {})).toThrow('causing reference cycle');
    const twice = (inner: string) => ({
      allOf: [{ $ref: inner }, { $ref: inner }],
    });
    const doubled = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `d${i}`,
        i === 0 ? true : twice(`#/$defs/d${i - 1}`),
      ]),
    );
    expect(check({ $defs: doubled, $ref: '#/$defs/d39' }, {})).toThrow(
      code('limit'),
    );
    let deep: unknown = true;
    for (let i = 0; i < 400; i++) {
      deep = { not: deep };
    }
    expect(check(deep, {})).toThrow(code('limit'));
  });

  it('matches patterns in linear time', () => {
    const schema = { properties: { a: { pattern: '^(a+)+$' } } };
    expect(check(schema, { a: `${'a'.repeat(5000)}!` })).toThrow(
      code('invalid-values'),
    );
  });
});

it('checks the values of dependencies, too', () => {
  const chart = (name: string, schema: unknown, dependencies: Chart[] = []) =>
    new Chart({
      metadata: { ...EMPTY_METADATA, name },
      schema: Buffer.from(JSON.stringify(schema)),
      dependencies,
    });
  const parent = chart('p', { required: ['a'] }, [
    chart('db', { properties: { port: { type: 'integer' } } }),
  ]);
  expect(() => validateValues(parent, { db: { port: 'x' } })).toThrow(
    "values don't meet the specifications of the schema(s) in the following chart(s):\n" +
      "p:\n- at '': missing property 'a'\n" +
      "db:\n- at '/port': got string, want integer\n",
  );
});
