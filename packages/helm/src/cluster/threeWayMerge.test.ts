import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { schemaOf } from '@backstage-gitops/kubernetes-schema';
import { mergePatchOf } from './mergePatch';
import { threeWayMerge } from './threeWayMerge';

const yaml = (text: string) => parseYaml(text) as JsonObject;

const deployment = (spec: string) => `
kind: Deployment
spec:
  template:
    spec:
${spec.replace(/^/gm, '      ')}
`;

describe('threeWayMerge', () => {
  const schema = schemaOf('apps/v1', 'Deployment');

  it.each<[string, string, string, string, string]>([
    [
      'adds, changes and takes away what the manifest does, and keeps the rest',
      '{a: 1, b: 1, c: {d: 1, e: 1}}',
      '{a: 2, c: {d: 1, f: 1}}',
      '{a: 1, b: 1, c: {d: 1, e: 1, theirs: 1}, theirs: 1}',
      '{a: 2, c: {d: 1, theirs: 1, f: 1}, theirs: 1}',
    ],
    [
      'takes back what others changed or deleted',
      '{a: 1, b: 1}',
      '{a: 1, b: 1}',
      '{a: theirs}',
      '{a: 1, b: 1}',
    ],
    [
      'takes away what is null',
      '{}',
      '{a: null, b: null}',
      '{a: theirs, c: 1}',
      '{c: 1}',
    ],
    [
      'merges items by their key, foreign ones staying where they are',
      deployment('containers: [{name: a, image: a}, {name: b, image: b}]'),
      deployment('containers: [{name: a, image: new}, {name: c, image: c}]'),
      deployment(
        'containers: [{name: theirs, image: x}, {name: a, image: a, tty: true}, {name: b, image: b}]',
      ),
      deployment(
        'containers: [{name: theirs, image: x}, {name: a, image: new, tty: true}, {name: c, image: c}]',
      ),
    ],
    [
      'replaces lists without a key',
      deployment('tolerations: [{key: a}]'),
      deployment('tolerations: [{key: b}]'),
      deployment('tolerations: [{key: a}, {key: theirs}]'),
      deployment('tolerations: [{key: b}]'),
    ],
    [
      'keeps the foreign members of sets',
      'metadata: {finalizers: [a, b]}',
      'metadata: {finalizers: [b, c]}',
      'metadata: {finalizers: [a, theirs, b]}',
      'metadata: {finalizers: [b, c, theirs]}',
    ],
    [
      'drops the members of another alternative',
      'spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}',
      'spec: {strategy: {type: Recreate}}',
      'spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}}',
      'spec: {strategy: {type: Recreate}}',
    ],
    [
      'replaces what is of another type',
      '{a: {b: 1}}',
      '{a: [1]}',
      '{a: {b: 1, c: 1}}',
      '{a: [1]}',
    ],
  ])('%s', (_, original, target, live, expected) => {
    expect(
      threeWayMerge(yaml(original), yaml(target), yaml(live), schema),
    ).toEqual(yaml(expected));
  });

  it('leaves names of JavaScript alone', () => {
    const target = JSON.parse('{"__proto__": {"a": 1}, "constructor": 1}');
    const merged = threeWayMerge({}, target, {});
    expect(JSON.stringify(merged)).toBe(JSON.stringify(target));
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});

describe('mergePatchOf', () => {
  it.each<[string, string, string | undefined]>([
    ['{a: 1, b: [1, {c: 1}]}', '{b: [1, {c: 1}], a: 1}', undefined],
    ['{a: 1, b: {c: 1, d: 1}}', '{b: {c: 2}}', '{a: null, b: {c: 2, d: null}}'],
    ['{a: [1]}', '{a: [1, 2]}', '{a: [1, 2]}'],
    ['{a: 1}', '{a: {b: 1}}', '{a: {b: 1}}'],
  ])('from %s to %s', (from, to, patch) => {
    expect(mergePatchOf(yaml(from), yaml(to))).toEqual(patch && yaml(patch));
  });
});
