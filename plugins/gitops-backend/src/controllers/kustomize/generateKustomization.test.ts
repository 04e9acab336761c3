import { KustomizationSpec } from '@backstage-gitops/plugin-gitops-common';
import { parseYaml, YamlError } from '@backstage-gitops/kubernetes-yaml';
import { BuildError } from './errors';
import { generateKustomization, joinPath } from './generateKustomization';

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

const spec = (fields: Partial<KustomizationSpec> = {}): KustomizationSpec => ({
  interval: '1m',
  prune: true,
  sourceRef: { kind: 'GitRepository', name: 'repo' },
  ...fields,
});

function generate(
  files: Record<string, string>,
  directory: string,
  fields: Partial<KustomizationSpec> = {},
  file = 'kustomization.yaml',
) {
  const generated = generateKustomization(
    new Map(
      Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]),
    ),
    directory,
    spec(fields),
  );
  return parseYaml(
    Buffer.from(generated.get(joinPath(directory, file))!).toString(),
  );
}

describe('generateKustomization', () => {
  it('lists all manifests below a directory that has no kustomization file', () => {
    expect(
      generate(
        {
          'apps/b.yaml': configMap('b'),
          'apps/a/z.yml': configMap('z'),
          'apps/a.yaml': configMap('a'),
          'apps/notes.txt': 'not yaml: [',
          'apps/overlay/kustomization.yaml': 'resources: [x.yaml]',
          'apps/overlay/x.yaml': 'no manifest',
          'apps/overlay/deeper/y.yaml': 'no manifest',
          'other/c.yaml': configMap('c'),
        },
        'apps',
      ),
    ).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['a/z.yml', 'a.yaml', 'b.yaml', 'overlay'],
    });
  });

  it('delivers nothing from a directory without manifests', () => {
    expect(generate({ 'apps/readme.md': '' }, 'apps')).toMatchObject({
      namespace: '_placeholder',
    });
  });

  it('refuses a file that holds no manifests, naming it', () => {
    expect(() =>
      generate({ 'apps/values.yaml': 'replicas: 3\n' }, 'apps'),
    ).toThrow(YamlError);
    expect(() =>
      generate({ 'apps/values.yaml': 'replicas: 3\n' }, 'apps'),
    ).toThrow(/apps\/values\.yaml/);
  });

  it('keeps a kustomization file that lists nothing from being refused', () => {
    expect(
      generate(
        { kustomization: '', 'a/kustomization.yml': '---\n' },
        'a',
        {},
        'kustomization.yml',
      ),
    ).toEqual({ buildMetadata: ['originAnnotations'] });
  });

  it('adds what the object asks for to what the file says', () => {
    expect(
      generate(
        {
          'a/kustomization.yaml': `
resources: [x.yaml]
namespace: old
patches: [{patch: first}]
components: [../c]
images:
  - {name: app, newTag: v1, newName: registry/app}
  - {name: side, digest: sha256:aa}
buildMetadata: [originAnnotations]
`,
        },
        'a',
        {
          targetNamespace: 'team',
          namePrefix: 'p-',
          nameSuffix: '-s',
          patches: [{ patch: 'second', target: { kind: 'Deployment' } }],
          components: ['../d'],
          images: [
            { name: 'app', digest: 'sha256:bb' },
            { name: 'side', newTag: 'v2' },
            { name: 'new', newName: 'other' },
          ],
          buildMetadata: ['transformerAnnotations'],
        },
      ),
    ).toEqual({
      resources: ['x.yaml'],
      namespace: 'team',
      namePrefix: 'p-',
      nameSuffix: '-s',
      patches: [
        { patch: 'first' },
        { patch: 'second', target: { kind: 'Deployment' } },
      ],
      components: ['../c', '../d'],
      images: [
        { name: 'app', newName: 'registry/app', digest: 'sha256:bb' },
        { name: 'side', newTag: 'v2' },
        { name: 'new', newName: 'other' },
      ],
      buildMetadata: ['originAnnotations', 'transformerAnnotations'],
    });
  });

  it('leaves out missing components where that is asked for', () => {
    const files = { 'a/kustomization.yaml': '', 'c/kustomization.yaml': '' };
    expect(
      generate(files, 'a', {
        components: ['../c', '../missing'],
        ignoreMissingComponents: true,
      }),
    ).toMatchObject({ components: ['../c'] });
    expect(generate(files, 'a', { components: ['../missing'] })).toMatchObject({
      components: ['../missing'],
    });
  });

  it.each(['/etc', 'https://example.com/c', 'git::https://example.com/c'])(
    'refuses the component %s',
    component => {
      expect(() =>
        generate({ 'a/kustomization.yaml': '' }, 'a', {
          components: [component],
        }),
      ).toThrow(BuildError);
    },
  );

  it.each([
    ['a list', '- a'],
    ['two documents', 'resources: []\n---\nresources: []'],
    ['a field of the wrong type', 'patches: no list'],
  ])('refuses a kustomization file that is %s', (_, text) => {
    expect(() =>
      generate({ 'a/kustomization.yaml': text }, 'a', {
        patches: [{ patch: 'x' }],
      }),
    ).toThrow(BuildError);
  });
});
