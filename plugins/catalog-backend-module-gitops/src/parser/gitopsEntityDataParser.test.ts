import { Entity } from '@backstage/catalog-model';
import { CatalogProcessorResult } from '@backstage/plugin-catalog-node';
import { mockServices } from '@backstage/backend-test-utils';
import {
  ManifestAnnotation,
  ManifestFinding,
} from '@backstage-gitops/plugin-gitops-node';
import {
  gitopsEntityDataParser,
  GitopsEntityDataParserOptions,
} from './gitopsEntityDataParser';

const TARGET = 'https://git.example.com/team/game/blob/main/gitops/game.yaml';
const CANARY = 'canary-8c1f';

async function parse(
  text: string,
  options: GitopsEntityDataParserOptions = {},
): Promise<CatalogProcessorResult[]> {
  const results: CatalogProcessorResult[] = [];
  for await (const result of gitopsEntityDataParser(options)({
    data: Buffer.from(text),
    location: { type: 'url', target: TARGET },
  })) {
    results.push(result);
  }
  return results;
}

async function entities(
  text: string,
  options?: GitopsEntityDataParserOptions,
): Promise<Entity[]> {
  return (await parse(text, options)).map(result => {
    if (result.type !== 'entity') {
      throw new Error(`expected an entity, got ${JSON.stringify(result)}`);
    }
    return result.entity;
  });
}

const errorsOf = (results: CatalogProcessorResult[]) =>
  results.flatMap(result =>
    result.type === 'error' ? [result.error.message] : [],
  );

const findingsOf = (entity: Entity): ManifestFinding[] =>
  JSON.parse(
    entity.metadata.annotations?.[ManifestAnnotation.findings] ?? '[]',
  );

const GAME_APP = `apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
kind: Kustomization
metadata:
  name: game-app
spec:
  interval: 5m0s
  sourceRef:
    kind: GitRepository
    name: game-repo
  path: "./overlays/production"
  prune: true
  validation: client
`;

const gitRepository = (name: string, more = '') =>
  `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: ${name}
spec:
  interval: 1m
  url: https://user:${CANARY}@git.example.com/team/game.git
${more}`;

const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: credentials
stringData:
  password: ${CANARY}
`;

const COMPONENT = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: game
spec:
  type: service
  lifecycle: production
  owner: team-game
`;

describe('gitopsEntityDataParser', () => {
  it('makes a slim entity of the served version, in the default namespace', async () => {
    const [entity] = await entities(GAME_APP);
    expect(entity).toEqual({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: {
        name: 'game-app',
        namespace: 'default',
        annotations: {
          [ManifestAnnotation.digest]: expect.stringMatching(
            /^sha256:[0-9a-f]{64}$/,
          ),
          [ManifestAnnotation.document]: '0',
          [ManifestAnnotation.apiVersion]:
            'kustomize.toolkit.fluxcd.io/v1beta2',
        },
      },
      spec: { type: 'kustomize', sources: ['gitrepository:default/game-repo'] },
    });
  });

  it('carries no values, patches, substitutions, status or credentials', async () => {
    const found = await entities(`${gitRepository('a')}---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: podinfo
  namespace: apps
  labels: {team: ${CANARY}}
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"x":"${CANARY}"}'
    backstage-gitops.io/owner: team-apps
    backstage-gitops.io/component: podinfo
    backstage-gitops.io/manifest-refused: forged
    backstage.io/kubernetes-id: podinfo
spec:
  chart: {spec: {chart: podinfo, version: ${CANARY}, sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}}}
  dependsOn: [{name: redis}, {name: db, namespace: data}, {name: "../${CANARY}"}]
  values: {password: ${CANARY}, file: {$text: "https://evil.example.com/${CANARY}"}}
status: {conditions: [{message: ${CANARY}}]}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: app}
spec:
  sourceRef: {kind: GitRepository, name: a}
  patches: [{patch: ${CANARY}}]
  postBuild: {substitute: {A: ${CANARY}}}
`);
    expect(JSON.stringify(found)).not.toContain(CANARY);
    expect(JSON.stringify(found)).not.toContain('forged');
    expect(found[1].metadata.annotations).toMatchObject({
      'backstage.io/kubernetes-id': 'podinfo',
    });
    expect(found[1].spec).toEqual({
      type: 'helm',
      owner: 'group:default/team-apps',
      component: 'component:default/podinfo',
      sources: ['helmrepository:flux-system/charts'],
      dependsOn: ['helmrelease:apps/redis', 'helmrelease:data/db'],
    });
  });

  it('leaves foreign documents out, and tells so on their neighbours', async () => {
    const logger = mockServices.logger.mock();
    const parser = gitopsEntityDataParser({ logger });
    const data = Buffer.from(
      `${SECRET}---\n${GAME_APP}---\n${COMPONENT}---
apiVersion: monitoring.example.com/v1
kind: ServiceMonitor
metadata: {name: game}
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [a.yaml]
---
just: values
`,
    );
    const read = async () => {
      const results = [];
      for await (const result of parser({
        data,
        location: { type: 'url', target: TARGET },
      })) {
        results.push(result);
      }
      return results;
    };
    const results = await read();
    expect(errorsOf(results)).toEqual([]);
    const found = results.flatMap(result =>
      result.type === 'entity' ? [result.entity] : [],
    );
    expect(found.map(({ kind }) => kind)).toEqual([
      'Kustomization',
      'Component',
    ]);
    expect(JSON.stringify(found)).not.toContain(CANARY);
    expect(
      findingsOf(found[0]).map(({ document, code }) => `${document} ${code}`),
    ).toEqual([
      '0 foreignDocument',
      '3 foreignDocument',
      '4 foreignDocument',
      '5 foreignDocument',
    ]);
    expect(findingsOf(found[0])[0].message).toMatch(
      /^document 1 \(Secret credentials\) is not taken from the catalog/,
    );
    await read();
    expect(logger.warn).toHaveBeenCalledTimes(4);
  });

  it('takes kinds of other groups where the rules of the catalog allow them', async () => {
    const widget = `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n`;
    const found = await entities(`${GAME_APP}---\n${widget}`, {
      catalogKinds: ['Widget'],
    });
    expect(found.map(({ kind }) => kind)).toEqual(['Kustomization', 'Widget']);
  });

  it('hands files without GitOps objects to the default parser as they are', async () => {
    const seen: string[] = [];
    const text = `# fluxcd.io is mentioned\n${COMPONENT}---\n${SECRET}`;
    await parse(text, {
      defaultParser: async function* record({ data }) {
        seen.push(data.toString());
        yield* [];
      },
    });
    expect(seen).toEqual([text]);
  });

  it('reads YAML as Kubernetes does', async () => {
    const digestOf = async (value: string) => {
      const [entity] = await entities(
        gitRepository('a', `  recurseSubmodules: ${value}\n`),
      );
      return entity.metadata.annotations![ManifestAnnotation.digest];
    };
    expect(await digestOf('yes')).toBe(await digestOf('true # comment'));
    expect(await digestOf('yes')).not.toBe(await digestOf('"yes"'));
    expect(await digestOf('9007199254740993')).not.toBe(
      await digestOf('9007199254740992'),
    );
    expect(await digestOf('{b: 1, a: 2}')).toBe(await digestOf('{a: 2, b: 1}'));
  });

  it('takes the items of a list', async () => {
    const found = await entities(`apiVersion: v1
kind: List
items:
  - {apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: a}}
  - {apiVersion: v1, kind: Secret, metadata: {name: s}, data: {x: ${CANARY}}}
  - {apiVersion: source.toolkit.fluxcd.io/v1, kind: Bucket, metadata: {name: b}}
`);
    expect(
      found.map(
        ({ metadata }) => metadata.annotations![ManifestAnnotation.document],
      ),
    ).toEqual(['0.0', '0.2']);
    expect(findingsOf(found[0])[0].message).toContain(
      'item 2 of document 1 (Secret s)',
    );
  });

  it('refuses the later of two documents of one name, and it alone', async () => {
    const found = await entities(
      `${gitRepository('a')}---\n${gitRepository('a', '  suspend: true\n')}---\n${gitRepository('b')}`,
    );
    expect(found.map(({ metadata }) => metadata.name)).toEqual([
      'a',
      expect.stringMatching(/^refused-duplicate-[0-9a-f]{8}-1$/),
      'b',
    ]);
    expect(found[1].metadata.annotations![ManifestAnnotation.refused]).toMatch(
      'has the kind, namespace and name of document 1',
    );
    expect(findingsOf(found[0])).toMatchObject([
      { document: '1', code: 'duplicateName', severity: 'error' },
    ]);
  });

  it('refuses names that are too long, without cutting them', async () => {
    const name = 'n'.repeat(64);
    const found = await entities(
      `${gitRepository(name)}---\n${gitRepository('b')}`,
    );
    expect(found[0].metadata.name).toMatch(/^refused-long-name-/);
    expect(found[0].metadata.annotations![ManifestAnnotation.refused]).toMatch(
      'has 64 characters, and the catalog takes at most 63',
    );
    expect(found[1].metadata.name).toBe('b');
    expect(
      (await entities(gitRepository('n'.repeat(63))))[0].metadata.name,
    ).toHaveLength(63);
    const [suffixed] = await entities(gitRepository('n'.repeat(60)), {
      homes: [{ name: 'prod', bare: false }],
    });
    expect(suffixed.metadata.annotations![ManifestAnnotation.refused]).toMatch(
      'has 65 characters with the suffix of its home (_prod)',
    );
  });

  it.each([
    ['no metadata', 'apiVersion: source.toolkit.fluxcd.io/v1\nkind: Bucket\n'],
    [
      'a name that is no text',
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: Bucket\nmetadata: {name: 12}\n',
    ],
    [
      'a namespace that is no text',
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: Bucket\nmetadata: {name: a, namespace: {x: 1}}\n',
    ],
  ])('refuses a document with %s', async (_, text) => {
    const found = await entities(`${text}---\n${gitRepository('b')}`);
    expect(found[0].metadata.annotations![ManifestAnnotation.refused]).toMatch(
      'needs metadata.name',
    );
    expect(found[1].metadata.name).toBe('b');
  });

  it('refuses kinds that Flux does not have in the name of one that rules allow', async () => {
    const found = await entities(
      `apiVersion: source.toolkit.fluxcd.io/v1\nkind: SvnRepository\nmetadata: {name: a}\n---\n${gitRepository('b')}`,
    );
    expect(
      found.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ).toEqual([
      expect.stringMatching(/^GitRepository refused-unknown-kind-/),
      'GitRepository b',
    ]);
    expect(
      found[0].metadata.annotations?.[ManifestAnnotation.refused],
    ).toContain('SvnRepository');
    expect(findingsOf(found[0])[0]).toMatchObject({
      code: 'unknownKind',
      message: expect.stringContaining('it has GitRepository, OCIRepository'),
    });
  });

  it('keeps a version that never was, for the processor to refuse', async () => {
    const [entity] = await entities(
      gitRepository('a').replace('/v1\n', '/v9\n'),
    );
    expect(entity.apiVersion).toBe('source.toolkit.fluxcd.io/v9');
  });

  it('survives __proto__, constructor and their like', async () => {
    const [entity] = await entities(`apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: a
  annotations: {__proto__: {x: y}, constructor: z}
  __proto__: {namespace: evil}
spec:
  __proto__: {include: [{repository: {name: evil}}]}
  include: {__proto__: [1]}
`);
    expect(entity.metadata.namespace).toBe('default');
    expect(entity.spec).toEqual({ type: 'source' });
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('gives the normal error for what is not YAML', async () => {
    const html = `<!DOCTYPE html>\n<html><head><title>404: fluxcd.io</title></head>\n<body>not: found: [</body></html>`;
    const results = await parse(html);
    expect(results.map(({ type }) => type)).toEqual(['error']);
  });

  it('gives the line of the file for a broken document beside others', async () => {
    const results = await parse(`${GAME_APP}---\na: [\n---\n${COMPONENT}`);
    expect(errorsOf(results)).toHaveLength(1);
    expect(errorsOf(results)[0]).toMatch(/line 1[4-6]/);
  });

  it('lets nothing of ours in whole that only the default parser can read', async () => {
    // A key twice is an error to Kubernetes; a lenient parser takes it.
    const text = `${GAME_APP}---
apiVersion: v1
kind: Secret
metadata: {name: s, name: s}
data: {x: ${CANARY}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: b, name: b}
spec: {x: ${CANARY}}
`;
    const results = await parse(text, {
      defaultParser: async function* lenient({ location }) {
        for (const apiVersion of ['v1', 'kustomize.toolkit.fluxcd.io/v1']) {
          yield {
            type: 'entity',
            location,
            entity: {
              apiVersion,
              kind: 'Secret',
              metadata: { name: 's' },
              spec: { x: CANARY },
            },
          };
        }
      },
    });
    expect(JSON.stringify(results)).not.toContain(CANARY);
    expect(errorsOf(results)).toHaveLength(2);
  });

  it('names the home of the claim about the file', async () => {
    const options: GitopsEntityDataParserOptions = {
      homes: [
        { name: 'dev', bare: true },
        { name: 'prod', bare: false },
      ],
      claims: [
        {
          location: {
            host: 'git.example.com',
            repository: 'team/game',
            ref: 'main',
            pathPrefix: 'gitops',
          },
          home: 'prod',
          namespaces: ['default'],
          owner: 'team-game',
        },
      ],
    };
    const [entity] = await entities(GAME_APP, options);
    expect(entity.metadata.name).toBe('game-app_prod');
    expect(entity.metadata.annotations![ManifestAnnotation.home]).toBe('prod');
    expect(entity.spec).toEqual({
      type: 'kustomize',
      owner: 'group:default/team-game',
      sources: ['gitrepository:default/game-repo_prod'],
    });
    const [unclaimed] = await entities(GAME_APP, { ...options, claims: [] });
    expect(unclaimed.metadata.name).toBe('game-app');
  });
});
