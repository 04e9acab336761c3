import { Entity } from '@backstage/catalog-model';
import { CatalogProcessorResult } from '@backstage/plugin-catalog-node';
import { ManifestAnnotation } from '@backstage-gitops/plugin-gitops-node';
import { GitopsEntityProcessor } from './GitopsEntityProcessor';

const location = { type: 'url', target: 'https://git.example.com/a.yaml' };
const processor = new GitopsEntityProcessor();

const entity = (overrides: Partial<Entity> = {}): Entity => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name: 'app',
    namespace: 'apps',
    annotations: { [ManifestAnnotation.digest]: 'sha256:00' },
  },
  spec: {
    type: 'kustomize',
    owner: 'group:default/team',
    component: 'component:default/game',
    sources: ['gitrepository:apps/repo'],
    dependsOn: ['kustomization:apps/base'],
  },
  ...overrides,
});

async function relationsOf(of: Entity, by = processor): Promise<string[]> {
  const relations: string[] = [];
  await by.postProcessEntity(of, location, (result: CatalogProcessorResult) => {
    if (result.type === 'relation') {
      const { source, type, target } = result.relation;
      relations.push(
        `${source.kind}/${source.name} ${type} ${target.kind}:${target.namespace}/${target.name}`,
      );
    }
  });
  return relations;
}

describe('GitopsEntityProcessor', () => {
  it('keeps published entities slim, and their link', async () => {
    const links = [{ url: 'https://portal.test/gitops', title: 'GitOps' }];
    const published = entity({
      metadata: {
        name: 'app',
        namespace: 'apps',
        annotations: { [ManifestAnnotation.object]: 'app' },
        links,
      },
      spec: { ...entity().spec, patches: [{ patch: 'x' }] },
    });
    const { metadata, spec } = await processor.preProcessEntity(published);
    expect(metadata.links).toEqual(links);
    expect(spec).toEqual(entity().spec);
  });

  it('has what a location brings in taken anew where its observer says so', async () => {
    const observed = new GitopsEntityProcessor({
      observer: {
        begins: () => {},
        passed: () => {},
        retryKey: () => 'again:1',
      },
    });
    const results: CatalogProcessorResult[] = [];
    await observed.postProcessEntity(
      {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Location',
        metadata: { name: 'x' },
      },
      location,
      result => results.push(result),
    );
    expect(results).toEqual([{ type: 'refresh', key: 'again:1' }]);
  });

  it('runs before the placeholders', () => {
    expect(processor.getPriority()).toBeLessThan(20);
  });

  it('validates kinds of our API groups alone', async () => {
    expect(await processor.validateEntityKind(entity())).toBe(true);
    for (const [apiVersion, kind] of [
      ['backstage.io/v1alpha1', 'Component'],
      ['storage.example.com/v1', 'Bucket'],
      ['alerts.example.com/v1', 'Alert'],
      ['v1', 'Provider'],
    ]) {
      const other = entity({ apiVersion, kind });
      expect(await processor.validateEntityKind(other)).toBe(false);
      expect(await processor.preProcessEntity(other)).toBe(other);
      expect(await relationsOf(other)).toEqual([]);
    }
  });

  it('refuses versions that never were, and says which there are', async () => {
    await expect(
      processor.validateEntityKind(
        entity({ apiVersion: 'kustomize.toolkit.fluxcd.io/v7' }),
      ),
    ).rejects.toThrow('kustomize.toolkit.fluxcd.io/v1');
  });

  it('fails what the parser refused, with the reason', async () => {
    await expect(
      processor.preProcessEntity(
        entity({
          metadata: {
            name: 'refused-1',
            annotations: { [ManifestAnnotation.refused]: 'because' },
          },
        }),
      ),
    ).rejects.toThrow('because');
    await expect(
      processor.preProcessEntity(
        entity({ metadata: { name: 'n'.repeat(64) } }),
      ),
    ).rejects.toThrow('at most 63');
  });

  it('emits relations both ways', async () => {
    expect(await relationsOf(entity())).toEqual([
      'Kustomization/app dependsOn gitrepository:apps/repo',
      'gitrepository/repo dependencyOf Kustomization:apps/app',
      'Kustomization/app dependsOn kustomization:apps/base',
      'kustomization/base dependencyOf Kustomization:apps/app',
      'Kustomization/app ownedBy group:default/team',
      'group/team ownerOf Kustomization:apps/app',
      'Kustomization/app partOf component:default/game',
      'component/game hasPart Kustomization:apps/app',
    ]);
  });

  it('has the owner of the Component own what names no other', async () => {
    const asking = new GitopsEntityProcessor({
      owners: {
        find: async ref =>
          ref === 'component:default/game'
            ? 'group:default/players'
            : undefined,
      },
    });
    const owned = (spec: Entity['spec']) =>
      relationsOf(entity({ spec }), asking);
    const type = 'kustomize';
    expect(await owned({ type, component: 'component:default/game' })).toEqual(
      expect.arrayContaining([
        'Kustomization/app ownedBy group:default/players',
        'group/players ownerOf Kustomization:apps/app',
      ]),
    );
    expect(await owned(entity().spec)).toContain(
      'Kustomization/app ownedBy group:default/team',
    );
    expect(await owned({ type, component: 'component:default/other' })).toEqual(
      [
        'Kustomization/app partOf component:default/other',
        'component/other hasPart Kustomization:apps/app',
      ],
    );
  });

  it('makes entities of other suppliers slim before placeholders are resolved', async () => {
    const slim = await processor.preProcessEntity(
      entity({
        metadata: {
          name: 'app',
          namespace: 'apps',
          title: { $text: 'https://evil.example.com' } as never,
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': '{}',
            x: { $text: 'https://evil.example.com' } as never,
            'backstage.io/managed-by-location': 'url:https://x',
          },
        },
        spec: {
          sourceRef: { kind: 'GitRepository', name: 'repo' },
          postBuild: {
            substitute: { A: { $text: 'https://evil.example.com' } },
          },
        },
      }),
    );
    expect(slim.spec).toEqual({
      type: 'kustomize',
      sources: ['gitrepository:apps/repo'],
    });
    expect(slim.metadata).toEqual({
      name: 'app',
      namespace: 'apps',
      labels: {},
      annotations: { 'backstage.io/managed-by-location': 'url:https://x' },
    });
  });

  it('keeps of our own entities only what is slim', async () => {
    const slim = await processor.preProcessEntity(
      entity({ spec: { type: 'helm', values: { $text: 'x' }, sources: [1] } }),
    );
    expect(slim.spec).toEqual({ type: 'helm', sources: [] });
  });
});
