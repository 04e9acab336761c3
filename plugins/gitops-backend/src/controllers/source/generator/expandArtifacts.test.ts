import { ArtifactGeneratorSpec } from '@backstage-gitops/plugin-gitops-common';
import { treeOf } from './__testUtils__/trees';
import { expandArtifacts, PathPatternError } from './expandArtifacts';

describe('expandArtifacts', () => {
  const expand = (
    pathPattern: string | undefined,
    files: readonly string[],
    artifacts: ArtifactGeneratorSpec['artifacts'] = [
      {
        name: '{app}-{env}',
        copy: [{ from: '@git/apps/{app}/{env}/**', to: '@artifact/{app}/' }],
      },
    ],
  ) =>
    expandArtifacts(
      {
        sources: [{ alias: 'git', kind: 'GitRepository', name: 'git' }],
        ...{ pathPattern, artifacts },
      },
      new Map([['git', treeOf(files)]]),
    );

  it('gives the artifacts of the spec where there is no pattern', () => {
    const artifacts = [
      { name: 'a', copy: [{ from: '@git/**', to: '@artifact/' }] },
    ];
    expect(expand(undefined, [], artifacts)).toEqual([
      { ...artifacts[0], labels: {} },
    ]);
  });

  it('gives a set of artifacts for each directory that matches', () => {
    expect(
      expand('@git/apps/{app}/{env}', [
        'apps/Web/prod/a.yaml',
        'apps/Web/dev/deep/a.yaml',
        'apps/file',
        'other/x/y/z',
      ]),
    ).toEqual([
      {
        name: 'web-dev',
        labels: { app: 'web', env: 'dev' },
        copy: [{ from: '@git/apps/Web/dev/**', to: '@artifact/Web/' }],
      },
      {
        name: 'web-prod',
        labels: { app: 'web', env: 'prod' },
        copy: [{ from: '@git/apps/Web/prod/**', to: '@artifact/Web/' }],
      },
    ]);
  });

  it('takes captures within a name, the first as long as it can be', () => {
    const [request] = expand('@git/{app}-{env}', ['a-b-c/x']);
    expect(request.labels).toEqual({ app: 'a-b', env: 'c' });
  });

  it('takes what has a meaning in expressions for itself', () => {
    const [request, ...others] = expand(
      '@git/a.b+(c)/{app}',
      ['a.b+(c)/x/y', 'aXbb(c)/x/y'],
      [{ name: '{app}', copy: [] }],
    );
    expect(request.name).toBe('x');
    expect(others).toEqual([]);
  });

  it('takes no longer for names that are made to', () => {
    const name = 'a'.repeat(250);
    const captures = [...'bcdefghijklmnopqrstuvwxyz'].map(c => `{${c}}`);
    expect(expand(`@git/${captures.join('a')}!`, [`${name}/x`])).toEqual([]);
  });

  it.each([
    ['no-alias/x', ['x/y'], 'invalid pathPattern format'],
    ['@other/{app}', [], 'source alias other not found'],
    ['@git/{app', [], 'missing closing brace'],
    ['@git/app}', [], 'missing opening brace'],
    ['@git/{}', [], 'empty capture variable'],
    ['@git/{1a}', [], 'must be a valid capture name'],
    ['@git/{a}/{a}', [], 'duplicate capture variable "a"'],
    ['@git/{a_}', [], 'not a valid Kubernetes label key'],
    ['@git/{app}/{env}', ['x/-y/z'], 'not a valid Kubernetes label value'],
    ['@git/{app}/{env}', ['x/.../z'], 'not a valid Kubernetes label value'],
    ['@git/{app}', ['x/y'], '"env" is not defined by pathPattern'],
    [
      '@git/{app}/{env}',
      ['A/b/z', 'a/B/z'],
      'both resolve to artifact name "a-b"',
    ],
    ['@git/{app}/{env}', ['a_/b/z'], 'not a valid Kubernetes label value'],
    ['@git/{app}/{env}', ['a_b/c/z'], 'not a valid Kubernetes object name'],
  ])('refuses %j over %j', (pattern, files, message) => {
    expect(() => expand(pattern, files)).toThrow(PathPatternError);
    expect(() => expand(pattern, files)).toThrow(message);
  });

  it('makes no more than a thousand artifacts', () => {
    const files = Array.from({ length: 1001 }, (_, i) => `a/d${i}/x`);
    expect(() => expand('@git/{app}/{env}', files)).toThrow(
      'more than 1000 artifacts',
    );
  });

  it('knows no names but those of the pattern', () => {
    expect(() =>
      expand('@git/{app}', ['x/y'], [{ name: '{constructor}', copy: [] }]),
    ).toThrow('"constructor" is not defined');
  });
});
