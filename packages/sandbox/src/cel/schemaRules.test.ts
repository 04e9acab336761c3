import type { JsonObject } from '../json/value';
import type { JsonSchema } from '../kinds/jsonSchema';
import { ruleProblems } from './ruleProblems';
import { SchemaRules } from './schemaRules';

// What kube-apiserver 1.34 answers for the same schema and objects.
const schema: JsonSchema = {
  type: 'object',
  'x-kubernetes-validations': [
    { rule: 'self.metadata.name.size() < 6', message: 'name too long' },
  ],
  properties: {
    spec: {
      type: 'object',
      'x-kubernetes-validations': [
        { rule: '!has(self.x) || self.x == self.y' },
        { rule: 'self.n < 5', message: 'n too big' },
        { rule: 'self.n != 3', messageExpression: "'n is three'" },
        {
          rule: 'self.n != 4',
          reason: 'FieldValueForbidden',
          fieldPath: '.n',
          message: 'no four',
        },
        {
          rule: 'self.n != 2 || has(self.x)',
          reason: 'FieldValueRequired',
          fieldPath: '.x',
        },
      ],
      properties: {
        x: { type: 'string' },
        y: { type: 'string' },
        n: {
          type: 'integer',
          'x-kubernetes-validations': [
            { rule: 'self >= oldSelf', message: 'may not shrink' },
          ],
        },
        list: {
          type: 'array',
          items: {
            type: 'string',
            'x-kubernetes-validations': [{ rule: "self != 'bad'" }],
          },
        },
        map: {
          type: 'object',
          additionalProperties: {
            type: 'string',
            'x-kubernetes-validations': [
              { rule: "self.startsWith('a')", message: 'must start with a' },
            ],
          },
        },
        keyed: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            properties: {
              name: { type: 'string' },
              v: { type: 'integer' },
            },
            'x-kubernetes-validations': [
              {
                rule: '!has(oldSelf.v) || self.v == oldSelf.v',
                message: 'v is fixed',
              },
            ],
          },
        },
        once: {
          type: 'string',
          'x-kubernetes-validations': [
            {
              rule: "!oldSelf.hasValue() || oldSelf.value() != 'fixed' || self == 'fixed'",
              optionalOldSelf: true,
              message: 'stays fixed',
            },
          ],
        },
      },
    },
  },
};

function object(spec: JsonObject, name = 'a'): JsonObject {
  return { apiVersion: 'example.com/v1', kind: 'T', metadata: { name }, spec };
}

function texts(spec: JsonObject, before?: JsonObject): string[] {
  return new SchemaRules()
    .problems(schema, object(spec), before && object(before))
    .map(({ field, message }) => `${field}: ${message}`);
}

describe('SchemaRules', () => {
  it.each([
    [{ n: 1 }, []],
    [{ n: 7 }, ['spec: Invalid value: "object": n too big']],
    [{ n: 3 }, ['spec: Invalid value: "object": n is three']],
    [{ n: 4 }, ['spec.n: Forbidden: no four']],
    [
      { n: 2 },
      ['spec.x: Required value: failed rule: self.n != 2 || has(self.x)'],
    ],
    [
      { n: 1, x: 'a' },
      [
        'spec: Invalid value: "object": no such key: y evaluating rule: !has(self.x) || self.x == self.y',
      ],
    ],
    [
      { n: 1, list: ['ok', 'bad'] },
      [`spec.list[1]: Invalid value: "string": failed rule: self != 'bad'`],
    ],
    [
      { n: 1, map: { q: 'b' } },
      ['spec.map[q]: Invalid value: "string": must start with a'],
    ],
  ])('of a new object: %j', (spec, expected) => {
    expect(texts(spec)).toEqual(expected);
  });

  it('sees the name', () => {
    const problems = new SchemaRules().problems(
      schema,
      object({ n: 1 }, 'toolong'),
      undefined,
    );
    expect(problems).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: '<nil>',
        message: 'Invalid value: "object": name too long',
      },
    ]);
  });

  it.each([
    [
      { n: 2, x: 'a', y: 'a' },
      { n: 1 },
      'spec.n: Invalid value: "integer": may not shrink',
    ],
    [
      { n: 1, once: 'fixed' },
      { n: 1, once: 'x' },
      'spec.once: Invalid value: "string": stays fixed',
    ],
    [
      { n: 1, keyed: [{ name: 'a', v: 1 }, { name: 'b' }] },
      {
        n: 1,
        keyed: [
          { name: 'b', v: 3 },
          { name: 'a', v: 2 },
        ],
      },
      'spec.keyed[1]: Invalid value: "object": v is fixed',
    ],
  ])('of a change: %j', (before, after, expected) => {
    expect(texts(after, before)).toEqual([expected]);
  });

  it('leaves alone what an update does not touch', () => {
    const before = { n: 7, list: ['bad'] };
    expect(texts(before, before)).toEqual([]);
    expect(texts({ ...before, x: 'a', y: 'a' }, before)).toEqual([
      'spec: Invalid value: "object": n too big',
    ]);
  });
});

describe('ruleProblems', () => {
  it.each([
    [
      'self.foo == 1',
      "compilation failed: ERROR: <input>:1:5: undefined field 'foo'\n | self.foo == 1\n | ....^",
    ],
    ['self.n', 'cel expression must evaluate to a bool'],
  ])('refuses %s', (rule, expected) => {
    const [problem] = ruleProblems(
      {
        type: 'object',
        properties: { n: { type: 'integer' } },
        'x-kubernetes-validations': [{ rule }],
      },
      'schema',
    );
    expect(problem.field).toBe('schema.x-kubernetes-validations[0].rule');
    expect(problem.message.endsWith(expected)).toBe(true);
  });
});
