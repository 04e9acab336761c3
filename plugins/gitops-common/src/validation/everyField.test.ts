import { FieldSchema, GitopsKind, gitopsKinds } from '../kinds';
import { JsonObject, JsonValue } from '../objects';
import { validate } from './validate';

/** A valid value for each pattern of the schemas. */
const EXAMPLES = [
  '10m',
  'https://example.com/a',
  'oci://example.com/a',
  'sha256:00ff',
  '@alias/path',
  '@artifact/path',
  '@alias',
  'values.yaml',
  'name',
  'Ready',
];

function sample(schema: FieldSchema): JsonValue {
  switch (schema.type) {
    case 'object': {
      if (schema.additionalProperties) {
        return { key: sample(schema.additionalProperties) };
      }
      const result: JsonObject = {};
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        result[name] = sample(field);
      }
      return result;
    }
    case 'array':
      return [sample(schema.items ?? { type: 'any', description: '' })];
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'any':
      return { any: ['thing'] };
    default:
      if (schema.enum) return schema.enum[0];
      if (schema.format === 'date-time') return '2026-01-31T12:00:00Z';
      return (
        EXAMPLES.find(
          example =>
            !schema.pattern || new RegExp(schema.pattern).test(example),
        ) ?? 'no example'
      );
  }
}

interface WrongValue {
  path: (string | number)[];
  value: JsonValue;
  code: string;
}

/** Every way in which a value can be wrong that the schema knows of. */
function wrongValues(
  schema: FieldSchema,
  path: (string | number)[],
): WrongValue[] {
  const wrong: WrongValue[] = [];
  const add = (code: string, value: JsonValue) =>
    wrong.push({ path, value, code });
  if (schema.type !== 'any') {
    add('type', schema.type === 'boolean' ? 'yes' : true);
    add('type', schema.type === 'integer' ? 1.5 : 17);
    if (schema.type === 'integer') wrong.pop();
    if (schema.type === 'integer') add('type', '1');
  }
  if (schema.enum) add('enum', 'no-such-choice');
  if (schema.pattern && !schema.enum) add('pattern', '\n !');
  if (schema.format === 'date-time') add('format', 'yesterday');
  if (schema.maxLength) add('length', 'x'.repeat(schema.maxLength + 1));
  if (schema.minLength) add('length', '');
  if (schema.minItems) add('length', []);
  if (schema.maxItems) add('length', Array(schema.maxItems + 1).fill('x'));
  if (schema.minimum !== undefined) add('range', schema.minimum - 1);

  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    wrong.push(...wrongValues(field, [...path, name]));
  }
  if (schema.items) wrong.push(...wrongValues(schema.items, [...path, 0]));
  if (schema.additionalProperties) {
    wrong.push(...wrongValues(schema.additionalProperties, [...path, 'key']));
  }
  return wrong;
}

function replace(
  root: JsonValue,
  [head, ...tail]: (string | number)[],
  value: JsonValue,
): JsonValue {
  if (head === undefined) return value;
  const copy = (
    Array.isArray(root) ? [...root] : { ...Object(root) }
  ) as Record<string | number, JsonValue>;
  copy[head] = replace(copy[head], tail, value);
  return copy as JsonValue;
}

function text(path: (string | number)[]): string {
  return path.reduce<string>(
    (all, part) =>
      typeof part === 'number' ? `${all}[${part}]` : all + (all && '.') + part,
    '',
  );
}

function fullObject(kind: GitopsKind): JsonObject {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: 'name', namespace: 'default' },
    spec: sample(kind.spec),
    ...(kind.status && { status: sample(kind.status) }),
  };
}

describe.each(gitopsKinds.map(kind => [kind.kind, kind] as const))(
  '%s',
  (_, kind) => {
    const full = fullObject(kind);
    const wrong = [
      ...wrongValues(kind.spec, ['spec']),
      ...(kind.status ? wrongValues(kind.status, ['status']) : []),
    ];

    it('takes every field, but for rules on what goes together', () => {
      const { errors, warnings } = validate(full);
      expect(errors.filter(error => error.code !== 'rule')).toEqual([]);
      expect(warnings.filter(w => w.code !== 'deprecated')).toEqual([]);
    });

    it('refuses a wrong value of every field, by the name of the field', () => {
      const faults = wrong.flatMap(({ path, value, code }) => {
        const { errors } = validate(replace(full, path, value));
        const at = text(path);
        const fine = errors.some(
          error =>
            error.path === at &&
            error.code === code &&
            error.message.startsWith(`${at}: `) &&
            error.message.includes('expected '),
        );
        return fine ? [] : [{ at, value, code, errors }];
      });
      expect(faults).toEqual([]);
      expect(wrong.length).toBeGreaterThan(5);
    });

    it('asks for every mandatory field', () => {
      const { errors } = validate({ ...full, spec: {}, status: undefined });
      expect(
        errors.filter(e => e.code === 'required').map(e => e.path),
      ).toEqual(
        (kind.spec.required ?? [])
          .filter(name => kind.spec.properties?.[name].default === undefined)
          .map(name => `spec.${name}`),
      );
    });
  },
);
