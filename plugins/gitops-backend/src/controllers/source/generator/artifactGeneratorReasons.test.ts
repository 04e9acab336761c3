// Servers: the sandbox's Kubernetes API.
import {
  ArtifactGenerator,
  ArtifactGeneratorSpec,
  ExternalArtifact,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import { Bench, conditionOf } from '../helm/__testUtils__/Bench';

jest.setTimeout(180_000);

const matching = (message: string | RegExp) =>
  typeof message === 'string' ? message : expect.stringMatching(message);

describe('what an ArtifactGenerator says', () => {
  const init = migratedDatabases();
  let world: World;
  let bench: Bench;

  beforeAll(async () => {
    world = await World.start();
    bench = new Bench(world);
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds(
      'artifactgenerators.source.extensions.fluxcd.io',
      'externalartifacts.source.toolkit.fluxcd.io',
      'gitrepositories.source.toolkit.fluxcd.io',
      'ocirepositories.source.toolkit.fluxcd.io',
      'kustomizations.kustomize.toolkit.fluxcd.io',
    );
  });

  afterAll(async () => {
    await world?.stop();
  });

  /** One artifact `<name>-out` of all that GitRepository `<name>` has. */
  const specOf = (name: string): ArtifactGeneratorSpec => ({
    sources: [{ alias: 'git', kind: 'GitRepository', name }],
    artifacts: [
      {
        name: `${name}-out`,
        copy: [{ from: '@git/**', to: '@artifact/' }],
      },
    ],
  });

  const reconcile = (
    name: string,
    spec: Partial<ArtifactGeneratorSpec> = {},
    annotations?: Record<string, string>,
  ) =>
    bench.reconcile<ArtifactGenerator>(
      'ArtifactGenerator',
      name,
      { ...specOf(name), ...spec },
      { annotations },
    );

  const failures: [
    string,
    (spec: ArtifactGeneratorSpec) => Partial<ArtifactGeneratorSpec>,
    {
      reason: string;
      message: string | RegExp;
      stalled?: boolean;
    },
  ][] = [
    [
      'source-missing',
      ({ sources }) => ({ sources: [{ ...sources[0], name: 'nobody' }] }),
      {
        reason: 'SourceFetchFailed',
        message:
          'get sources failed: gitrepositories.source.toolkit.fluxcd.io "nobody" not found',
      },
    ],
    [
      'source-empty',
      ({ sources }) => ({ sources: [{ ...sources[0], name: 'never' }] }),
      {
        reason: 'SourceFetchFailed',
        message:
          "get sources failed: source 'GitRepository/default/never' is not ready",
      },
    ],
    [
      'source-lost',
      ({ sources }) => ({ sources: [{ ...sources[0], name: 'vanished' }] }),
      {
        reason: 'SourceFetchFailed',
        message: /^fetch sources failed: no artifact sha256:/,
      },
    ],
    [
      'alias-twice',
      ({ sources }) => ({ sources: [sources[0], sources[0]] }),
      {
        reason: 'ValidationFailed',
        message: "duplicate source alias 'git' found",
        stalled: true,
      },
    ],
    [
      'name-twice',
      ({ artifacts }) => ({ artifacts: [artifacts[0], artifacts[0]] }),
      {
        reason: 'ValidationFailed',
        message: "duplicate artifact name 'name-twice-out' found",
        stalled: true,
      },
    ],
    [
      'revision-unknown',
      ({ artifacts }) => ({
        artifacts: [{ ...artifacts[0], revision: '@other' }],
      }),
      {
        reason: 'ValidationFailed',
        message:
          "artifact revision-unknown-out revision source alias 'other' not found",
        stalled: true,
      },
    ],
    [
      'pattern-unknown',
      () => ({ pathPattern: '@other/{app}' }),
      {
        reason: 'BuildFailed',
        message:
          'failed to expand path pattern: pathPattern "@other/{app}": source alias other not found in local sources',
        stalled: true,
      },
    ],
    [
      'copy-unknown',
      ({ artifacts }) => ({
        artifacts: [
          {
            ...artifacts[0],
            copy: [{ from: '@git/*.json', to: '@artifact/' }],
          },
        ],
      }),
      {
        reason: 'BuildFailed',
        message:
          "copy-unknown-out build failed: failed to apply copy operations: failed to apply copy operation from '@git/*.json' to '@artifact/': no files match pattern '*.json' in source 'git'",
      },
    ],
  ];

  it.each(failures)('%s: says what is wrong', async (name, change, wanted) => {
    await bench.sourceOf('GitRepository', name, { a: '' });
    await bench.apply('GitRepository', 'never', {
      ...{ interval: '1h', suspend: true, url: 'https://git.test/a' },
    });
    if (name === 'source-lost') {
      await bench.sourceOf('GitRepository', 'vanished', { a: 'vanished' });
      const { digest } = (await world.client.get<ExternalArtifact>(
        bench.refOf('GitRepository', 'vanished'),
      ))!.status!.artifact!;
      await bench.store.delete(digest);
    }
    const object = await reconcile(name, change(specOf(name)));
    const { reason, message, stalled = false } = wanted;
    expect(readyOf(object)).toMatchObject({
      status: 'False',
      reason,
      message: matching(message),
    });
    expect(conditionOf(object, 'Stalled') !== undefined).toBe(stalled);
    expect(conditionOf(object, 'Reconciling')?.reason).toBe(
      stalled ? undefined : 'ProgressingWithRetry',
    );
    const events = await world.eventsOf(object);
    expect(events.filter(event => event.startsWith(reason))).toHaveLength(1);

    // With nothing wrong any more, all is well again.
    const well = await reconcile(name);
    expect(readyOf(well)?.status).toBe('True');
    expect(conditionOf(well, 'Stalled')).toBeUndefined();
  });

  it('does not reach into other namespaces where that is forbidden', async () => {
    const strict = await World.start();
    try {
      await strict.startPortal(await init('SQLITE_3'), {
        noCrossNamespaceRefs: true,
      });
      await strict.untilKinds('artifactgenerators.source.extensions.fluxcd.io');
      const object = await new Bench(strict).reconcile<ArtifactGenerator>(
        'ArtifactGenerator',
        'denied',
        {
          ...specOf('denied'),
          sources: [
            {
              ...{ alias: 'git', kind: 'GitRepository', name: 'x' },
              namespace: 'other',
            },
          ],
        },
      );
      expect(readyOf(object)).toMatchObject({
        reason: 'AccessDenied',
        message:
          'cross-namespace reference to source GitRepository/other/x is not allowed',
      });
      expect(conditionOf(object as GitopsObject, 'Stalled')).toBeDefined();
    } finally {
      await strict.stop();
    }
  });
});
