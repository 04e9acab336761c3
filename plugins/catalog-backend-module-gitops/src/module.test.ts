import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import {
  CatalogErrorReport,
  gitopsKinds,
} from '@backstage-gitops/plugin-gitops-common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request from 'supertest';
import { failureRecorder } from './__testUtils__/failureRecorder';
import { gitopsListener } from './__testUtils__/gitopsListener';
import { hostParser } from './__testUtils__/hostParser';
import { ManifestAnnotation } from '@backstage-gitops/plugin-gitops-node';
import catalogModuleGitops from './index';

jest.setTimeout(60_000);

const CANARY = 'canary-51d0';
const COMPONENT = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: game}
spec: {type: service, lifecycle: production, owner: team-game}
`;
const gitRepository = (name: string) => `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: ${name}}
spec: {interval: 1m, url: "https://user:${CANARY}@git.example.com/x.git"}
`;
const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: credentials}
stringData: {password: ${CANARY}}
`;
const FILES = {
  'mixed.yaml': [
    SECRET,
    gitRepository('game-repo'),
    COMPONENT,
    `apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
kind: Kustomization
metadata:
  name: game-app
  annotations: {backstage-gitops.io/component: game}
spec:
  interval: 5m0s
  sourceRef: {kind: GitRepository, name: game-repo}
  prune: true
  postBuild: {substitute: {password: ${CANARY}, text: {$text: ./${CANARY}.txt}}}
`,
    gitRepository('game-repo'),
    gitRepository('n'.repeat(64)),
    'apiVersion: kustomize.toolkit.fluxcd.io/v9\nkind: Kustomization\nmetadata: {name: future}\n',
  ].join('---\n'),
  'other.yaml': gitRepository('other'),
  'page.yaml':
    '<!DOCTYPE html>\n<html><body>not: found: [fluxcd.io</body></html>',
};
/** What the catalog has in the end, whatever else is in the files. */
const EXPECTED = [
  'Component default/game',
  'GitRepository default/game-repo',
  'GitRepository default/other',
  'Kustomization default/game-app',
];
/** What it says of the rest, each as an error of that document or file alone. */
const FAILURES = [
  'at most 63',
  'name of document 2',
  'kustomize.toolkit.fluxcd.io/v9',
  'missing.yaml',
  'page.yaml',
];

describe('the module in a catalog', () => {
  let git: SandboxGit;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'catalog-module-'));
    git = await startGitServer({ dataDir: directory });
    await git.createRepository('team/game', FILES);
  });
  afterAll(async () => {
    await git.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('brings in slim entities, and nothing else holds them back', async () => {
    const logger = mockServices.logger.mock();
    logger.child.mockReturnValue(logger);
    const { host } = new URL(git.url);
    const failures: string[] = [];
    const backend = await startTestBackend({
      features: [
        catalogPlugin,
        catalogModuleGitops,
        failureRecorder(failures),
        logger.factory,
        mockServices.rootConfig.factory({
          data: {
            backend: { reading: { allow: [{ host }] } },
            catalog: {
              stitchingStrategy: {
                mode: 'deferred',
                pollingInterval: { milliseconds: 100 },
              },
              rules: [
                {
                  allow: [
                    'Component',
                    'Location',
                    ...gitopsKinds.map(({ kind }) => kind),
                  ],
                },
              ],
              locations: [...Object.keys(FILES), 'missing.yaml'].map(file => ({
                type: 'url',
                target: `${git.url}/raw/team/game/main/${file}`,
              })),
            },
            gitops: { homes: [{ name: 'demo', bare: true }] },
          },
        }),
      ],
    });
    try {
      const entities = await entitiesOnce(
        backend.server,
        found =>
          EXPECTED.every(name => found.has(name)) &&
          FAILURES.every(text => failures.some(said => said.includes(text))),
      );
      expect([...entities.keys()].sort()).toEqual(EXPECTED);
      expect(JSON.stringify([...entities.values()])).not.toContain(CANARY);
      expect(
        FAILURES.filter(text => !failures.some(said => said.includes(text))),
      ).toEqual([]);
      expect(saidBy(logger)).toContain('document 1 (Secret credentials)');
      expect(saidBy(logger)).not.toContain(CANARY);
      expect(failures.join()).not.toContain(CANARY);

      const app = entities.get('Kustomization default/game-app')!;
      expect(
        app.relations?.map(({ type, targetRef }) => `${type} ${targetRef}`),
      ).toEqual(
        expect.arrayContaining([
          'dependsOn gitrepository:default/game-repo',
          'partOf component:default/game',
        ]),
      );
      const findings = JSON.parse(
        app.metadata.annotations![ManifestAnnotation.findings],
      );
      expect(findings.map(({ code }: { code: string }) => code)).toEqual([
        'foreignDocument',
        'duplicateName',
        'nameTooLong',
      ]);
    } finally {
      await backend.stop();
    }
  });

  it('tells the gitops plugin what the catalog could not take', async () => {
    const reports: CatalogErrorReport[] = [];
    const { host } = new URL(git.url);
    const backend = await startTestBackend({
      features: [
        catalogPlugin,
        catalogModuleGitops,
        gitopsListener(reports),
        mockServices.rootConfig.factory({
          data: {
            backend: { reading: { allow: [{ host }] } },
            catalog: {
              rules: [{ allow: ['Location', 'GitRepository'] }],
              locations: [...Object.keys(FILES), 'missing.yaml'].map(file => ({
                type: 'url',
                target: `${git.url}/raw/team/game/main/${file}`,
              })),
            },
          },
        }),
      ],
    });
    try {
      const told = () =>
        reports
          .flatMap(({ errors }) => errors)
          .map(
            ({ code, location, message }) =>
              `${code} ${path.basename(location)} ${message}`,
          );
      const wanted = [
        /^LocationUnreadable missing\.yaml .*no matching files/,
        /^FileRejected page\.yaml .*HTML/,
        /^FileRejected mixed\.yaml \S+ is of no kind that the location may hold/,
      ];
      const deadline = Date.now() + 45_000;
      while (
        !wanted.every(text => told().some(said => text.test(said))) &&
        Date.now() < deadline
      ) {
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      for (const text of wanted) {
        expect(told()).toContainEqual(expect.stringMatching(text));
      }
      expect(told().filter(said => said.includes('other.yaml'))).toEqual([]);
      expect(JSON.stringify(reports)).not.toContain(CANARY);
    } finally {
      await backend.stop();
    }
  });

  it('leaves the parser to the host where it says so', async () => {
    const start = (entityDataParser: boolean) =>
      startTestBackend({
        features: [
          catalogPlugin,
          catalogModuleGitops,
          mockServices.rootConfig.factory({
            data: { gitops: { catalog: { entityDataParser } } },
          }),
          hostParser,
        ],
      });
    await expect(start(true)).rejects.toThrow('second EntityDataParser');
    const backend = await start(false);
    await expect(backend.stop()).resolves.toBeUndefined();
  });
});

type Logger = ReturnType<typeof mockServices.logger.mock>;

function saidBy(logger: Logger): string {
  return JSON.stringify(
    [logger.warn, logger.error].flatMap(({ mock }) => mock.calls),
  );
}

/** The entities that are no Locations, once they are as wanted. */
async function entitiesOnce(
  server: Parameters<typeof request>[0],
  wanted: (entities: Map<string, Entity>) => boolean,
): Promise<Map<string, Entity>> {
  const deadline = Date.now() + 45_000;
  for (;;) {
    const { body } = await request(server).get('/api/catalog/entities');
    const found = new Map(
      (body as Entity[])
        .filter(({ kind }) => kind !== 'Location')
        .map(entity => [
          `${entity.kind} ${entity.metadata.namespace}/${entity.metadata.name}`,
          entity,
        ]),
    );
    if (wanted(found) || Date.now() > deadline) {
      return found;
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}
