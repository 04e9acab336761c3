import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  isJsonObject,
  JsonValue,
  KubernetesObject,
  parseJson,
  parseManifests,
  stringifyJson,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import { describeWithShared, sharedPath } from '../testing/shared';
import { crdOf } from './crd';
import { PORTAL_PROVIDER_TYPES } from './provider';
import { gitopsKinds, kindByName, kindOf } from './registry';
import { FieldSchema } from './schema';

const PACKAGE = resolve(__dirname, '../..');
const UPSTREAM = sharedPath('reference/crds');

function asJson(object: KubernetesObject): JsonValue {
  return parseJson(stringifyJson(object));
}

const OURS = new Set<JsonValue>(PORTAL_PROVIDER_TYPES);

/**
 * Without what is ours or nobody's: descriptions, and the words of rules. The
 * order of required lists, fields and enums is of no meaning to an API server.
 */
function comparable(value: JsonValue, key = ''): JsonValue {
  if (Array.isArray(value)) {
    const items = value.map(item => comparable(item));
    return key === 'required' ? items.map(String).sort() : items;
  }
  if (!isJsonObject(value)) return value;
  const result: { [k: string]: JsonValue } = {};
  for (const [name, child] of Object.entries(value)) {
    const isField = key === 'properties';
    if (!isField && name === 'description') continue;
    if (!isField && name === 'x-kubernetes-validations') {
      result[name] = Array.isArray(child) ? child.length : 0;
      continue;
    }
    if (!isField && key === 'metadata' && name !== 'name') continue;
    if (!isField && name === 'enum' && Array.isArray(child)) {
      result[name] = child.filter(each => !OURS.has(each));
      continue;
    }
    result[name] = comparable(child, isField ? '' : name);
  }
  return result;
}

describe('registry', () => {
  it('finds kinds at every version that was ever served, and no others', () => {
    for (const kind of gitopsKinds) {
      for (const version of kind.versions) {
        expect(kindOf(`${kind.group}/${version}`, kind.kind)).toBe(kind);
      }
      expect(kindOf(`${kind.group}/v99`, kind.kind)).toBeUndefined();
      expect(kind.versions).toContain(kind.servedVersion);
    }
    expect(
      kindOf('kustomize.config.k8s.io/v1beta1', 'Kustomization'),
    ).toBeUndefined();
    expect(kindOf('v1', 'constructor')).toBeUndefined();
  });

  it('has unique names, which keys and routes rely on', () => {
    for (const kind of gitopsKinds) {
      expect(kindByName(kind.kind)).toBe(kind);
      expect(kind.plural).toMatch(/^[a-z]+s$/);
    }
  });
});

describe.each(gitopsKinds.map(kind => [kind.kind, kind] as const))(
  'schema of %s',
  (_, kind) => {
    it('describes every field in a sentence of its own', () => {
      const poor: string[] = [];
      const walk = (schema: FieldSchema, path: string) => {
        if (!/^\S.{3,}[.?]$/s.test(schema.description)) {
          poor.push(`${path}: ${schema.description}`);
        }
        if (schema.pattern) new RegExp(schema.pattern, 'u').test('');
        for (const [name, field] of Object.entries(schema.properties ?? {})) {
          walk(field, `${path}.${name}`);
        }
        if (schema.items) walk(schema.items, `${path}[]`);
      };
      walk(kind.spec, 'spec');
      if (kind.status) walk(kind.status, 'status');
      expect(poor).toEqual([]);
    });

    it('is what crds/ holds; run `npm run crds` after a change', () => {
      const file = join(PACKAGE, 'crds', `${kind.group}_${kind.plural}.yaml`);
      expect(readFileSync(file, 'utf8')).toBe(stringifyYaml(crdOf(kind)));
    });
  },
);

describeWithShared(UPSTREAM, 'against the CRDs of Flux 2.9', () => {
  it.each(gitopsKinds.map(kind => [kind.kind, kind] as const))(
    '%s: same fields, types, limits, defaults',
    (_, kind) => {
      const file = join(UPSTREAM, `${kind.group}_${kind.plural}.yaml`);
      const [upstream] = parseManifests(readFileSync(file, 'utf8'));
      expect(comparable(asJson(crdOf(kind)))).toEqual(
        comparable(asJson(upstream)),
      );
    },
  );

  it('has every kind that Flux has', () => {
    const files = readdirSync(UPSTREAM).filter(name => name.endsWith('.yaml'));
    expect(
      gitopsKinds.map(kind => `${kind.group}_${kind.plural}.yaml`).sort(),
    ).toEqual(files.sort());
  });
});
