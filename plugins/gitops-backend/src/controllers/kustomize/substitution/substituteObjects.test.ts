import {
  KubernetesObject,
  parseYaml,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import { substituteObjects } from './substituteObjects';

const VALUES = {
  replicas: '3',
  quoted: '"3"',
  enabled: 'true',
  region: 'eu',
  broken: 'hunter2: [',
};

function substitute(
  yaml: string,
  values: Record<string, string> = VALUES,
  strict = true,
): string {
  const [object] = substituteObjects(
    [parseYaml(yaml) as unknown as KubernetesObject],
    { variables: new Map(Object.entries(values)), strict },
  );
  return stringifyYaml(object);
}

const CONFIG = (data: string, mark = '') => `apiVersion: v1
data:
  ${data}
kind: ConfigMap
metadata:${mark}
  name: settings
`;

describe('variables of a delivery', () => {
  it.each<[string, string]>([
    ['a: ${region}-1', 'a: eu-1'],
    ['a: ${replicas}', 'a: 3'],
    ['a: "${replicas}"', 'a: 3'],
    ['a: ${quoted}', 'a: "3"'],
    ['a: \'"${replicas}"\'', 'a: \'"3"\''],
    ['a: ${enabled}', 'a: true'],
    ['${region}: x', 'eu: x'],
    ['a: $${region}', 'a: ${region}'],
  ])('%s becomes %s', (before, after) => {
    expect(substitute(CONFIG(before))).toBe(CONFIG(after));
  });

  it.each([
    '\n  annotations:\n    kustomize.toolkit.fluxcd.io/substitute: disabled',
    '\n  labels:\n    kustomize.toolkit.fluxcd.io/substitute: Disabled',
  ])('leaves what is marked:%s', mark => {
    const text = CONFIG('a: ${none} $${b}', mark);
    expect(substitute(text)).toBe(text);
  });

  it('gives the very object where there is no variable', () => {
    const object = parseYaml(CONFIG('a: "1"')) as unknown as KubernetesObject;
    const [same] = substituteObjects([object], {
      variables: new Map(),
      strict: true,
    });
    expect(same).toBe(object);
  });

  it.each<[string, string, RegExp]>([
    [
      'a variable that is not set',
      'a: ${none}',
      /^post build failed for 'ConfigMap\/settings': envsubst error: variable not set \(strict mode\): "none"/,
    ],
    ['what is no YAML any more', 'a: ${broken}', /it is no YAML any more/],
  ])('names the object of %s', (_, data, message) => {
    expect(() => substitute(CONFIG(data))).toThrow(message);
  });

  it('does not tell values', () => {
    expect(() => substitute(CONFIG('a: ${broken}'))).not.toThrow(/hunter2/);
  });

  it.each(['1a', 'a-b', 'a.b', ''])('refuses the name %j', name => {
    expect(() => substitute(CONFIG('a: b'), { [name]: 'x' })).toThrow(
      /var name is invalid/,
    );
  });

  it('refuses a value that makes another thing of the object', () => {
    expect(() =>
      substitute('apiVersion: v1\nkind: ${k}\nmetadata: {name: a}\n', {
        k: '[x]',
      }),
    ).toThrow(/no Kubernetes object any more/);
  });
});
