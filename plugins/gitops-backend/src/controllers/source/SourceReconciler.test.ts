// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  GitRepository,
  gitRepositoryKind,
} from '@backstage-gitops/plugin-gitops-common';
import {
  FetchContext,
  Fetched,
  SourceFetcher,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { packArchive } from '../../artifacts/packArchive';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

type Answer = (
  context: FetchContext<GitRepository>,
) => Promise<Fetched<GitRepository>>;

const newSource = (revision: string): Fetched<GitRepository> => ({
  type: 'new',
  revision,
  fileName: 'a.tar.gz',
  stored: { message: `stored ${revision}` },
  event: { message: `made ${revision}` },
  content: () =>
    packArchive([
      { path: 'a', executable: false, content: Buffer.from(revision) },
    ]),
});

/** What every source has in common, shown with a fetcher that does as it is told. */
describe('SourceReconciler', () => {
  const init = migratedDatabases();
  let world: World;
  const answers = new Map<string, Answer>();
  const fetcher: SourceFetcher<GitRepository> = {
    kind: gitRepositoryKind,
    handles: ({ metadata }) => answers.has(metadata.name),
    isStatic: ({ spec }) => spec.ref?.branch === 'static',
    hasUrl: false,
    fetch: context => answers.get(context.object.metadata.name)!(context),
  };

  beforeAll(async () => {
    world = await World.start();
    await world.startPortal(await init('SQLITE_3'), {
      fetchers: [fetcher as SourceFetcher],
    });
    await world.untilKinds('gitrepositories.source.toolkit.fluxcd.io');
  });

  afterAll(async () => {
    await world?.stop();
  });

  const ref = (name: string) => ({
    apiVersion: gitRepositoryKind.apiVersion,
    kind: 'GitRepository',
    namespace: 'default',
    name,
  });

  /** Applies an object that is answered so, and waits for what comes of it. */
  const reconcile = async (
    name: string,
    answer: Answer,
    wanted: (object: GitRepository | undefined) => boolean,
    spec: Partial<GitRepository['spec']> = {},
  ) => {
    answers.set(name, answer);
    const object = gitRepository('https://git.test/a', spec, name);
    await world.apply({
      ...object,
      metadata: {
        ...object.metadata,
        annotations: {
          'reconcile.fluxcd.io/requestedAt': String(Math.random()),
        },
      },
    });
    return world.until<GitRepository>(ref(name), wanted);
  };

  const condition = (object: GitRepository | undefined, type: string) =>
    object?.status?.conditions?.find(each => each.type === type);

  const failing =
    (options: ConstructorParameters<typeof SourceFetchError>[1]) =>
    async () => {
      throw new SourceFetchError('this is why', options);
    };

  it('stores what is new, and says so', async () => {
    const object = await reconcile(
      'stored',
      async () => newSource('main@sha1:1'),
      found => readyOf(found)?.status === 'True',
    );
    expect(object.status).toMatchObject({
      observedGeneration: 1,
      artifact: {
        revision: 'main@sha1:1',
        path: 'gitrepository/default/stored/a.tar.gz',
        digest: expect.stringMatching(/^sha256:/),
      },
    });
    expect(readyOf(object)).toMatchObject({
      reason: 'Succeeded',
      message: 'stored main@sha1:1',
    });
    expect(condition(object, 'ArtifactInStorage')).toMatchObject({
      status: 'True',
      message: 'stored main@sha1:1',
    });
    expect(await world.eventsOf(object)).toContain(
      'NewArtifact: made main@sha1:1',
    );
  });

  it('tells a fetcher what is stored', async () => {
    await reconcile(
      'known',
      async () => newSource('main@sha1:1'),
      found => readyOf(found)?.status === 'True',
    );
    let known: string | undefined;
    const object = await reconcile(
      'known',
      async ({ artifact }) => {
        known = artifact?.revision;
        return {
          type: 'unchanged',
          revision: 'main@sha1:1',
          stored: { message: 'still there' },
          observed: { observedIgnore: 'x' },
        };
      },
      found => readyOf(found)?.message === 'still there',
    );
    expect(known).toBe('main@sha1:1');
    expect(object.status).toMatchObject({
      observedIgnore: 'x',
      artifact: { revision: 'main@sha1:1' },
    });
  });

  it.each([
    ['FetchFailed', 'GitOperationFailed', 'True'],
    ['BuildFailed', 'ChartPackageError', 'True'],
    ['StorageOperationFailed', 'ArchiveOperationFailed', 'True'],
    ['SourceVerified', 'VerificationError', 'False'],
  ])('retries after %s with %s', async (type, reason, status) => {
    const name = type.toLowerCase();
    const object = await reconcile(
      name,
      failing({ condition: type, reason }),
      found =>
        condition(found, type)?.status === status &&
        condition(found, 'Reconciling')?.reason === 'ProgressingWithRetry',
    );
    expect(condition(object, type)).toMatchObject({
      reason,
      message: 'this is why',
    });
    expect(readyOf(object)).toMatchObject({
      status: 'False',
      reason,
      message: 'this is why',
    });
    expect(object.status?.observedGeneration).not.toBe(1);
    expect(await world.eventsOf(object)).toContain(`${reason}: this is why`);

    const again = await reconcile(
      name,
      async context => {
        context.verified('fine');
        return newSource('main@sha1:2');
      },
      found => readyOf(found)?.status === 'True',
    );
    const left = again.status?.conditions?.map(each => each.type);
    expect(left).not.toContain('FetchFailed');
    expect(left).not.toContain('BuildFailed');
    expect(left).not.toContain('StorageOperationFailed');
    expect(condition(again, 'SourceVerified')).toMatchObject({
      status: 'True',
      message: 'fine',
    });
  });

  it('stalls where only the object can change it', async () => {
    const object = await reconcile(
      'stalled',
      failing({ reason: 'URLInvalid', retry: 'stall' }),
      found => condition(found, 'Stalled')?.status === 'True',
    );
    expect(condition(object, 'Stalled')).toMatchObject({
      reason: 'URLInvalid',
      message: 'this is why',
    });
    expect(condition(object, 'Reconciling')).toBeUndefined();
    expect(object.status?.observedGeneration).toBe(1);
  });

  it('waits for what others have to make', async () => {
    const object = await reconcile(
      'waiting',
      failing({
        condition: 'IncludeUnavailable',
        reason: 'NoArtifact',
        retry: 'wait',
      }),
      found => condition(found, 'IncludeUnavailable')?.status === 'True',
    );
    expect(readyOf(object)).toMatchObject({
      status: 'False',
      reason: 'NoArtifact',
    });
  });

  it('keeps serving the old artifact while the new one cannot be made', async () => {
    await reconcile(
      'kept',
      async () => newSource('main@sha1:1'),
      found => readyOf(found)?.status === 'True',
    );
    const object = await reconcile(
      'kept',
      async context => {
        await context.building({
          message: "new upstream revision 'main@sha1:2'",
        });
        return {
          ...newSource('main@sha1:2'),
          content: () =>
            new Readable({
              read() {
                this.destroy(new Error('the disk is full'));
              },
            }),
        } as Fetched<GitRepository>;
      },
      found => readyOf(found)?.reason === 'ArchiveOperationFailed',
    );
    expect(object.status?.artifact?.revision).toBe('main@sha1:1');
    expect(condition(object, 'ArtifactOutdated')).toMatchObject({
      status: 'True',
      reason: 'NewRevision',
      message: "new upstream revision 'main@sha1:2'",
    });
    expect(readyOf(object)?.message).toBe('the disk is full');
  });

  it('ends with spec.timeout', async () => {
    const object = await reconcile(
      'late',
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      found => readyOf(found)?.status === 'False',
      { timeout: '100ms' },
    );
    expect(readyOf(object)?.message).toBe(
      'no answer within spec.timeout (100ms)',
    );
  });

  it('gives a directory that is gone afterwards, and what is in the store', async () => {
    let directory = '';
    let read = '';
    await reconcile(
      'directory',
      async context => {
        directory = await context.directory();
        return newSource('main@sha1:1');
      },
      found => readyOf(found)?.status === 'True',
    );
    const object = await reconcile(
      'directory',
      async context => {
        for await (const chunk of await context.openArtifact(
          context.artifact!,
        )) {
          read += chunk.length;
        }
        return newSource('main@sha1:2');
      },
      found => readyOf(found)?.message === 'stored main@sha1:2',
    );
    expect(object.status?.artifact?.revision).toBe('main@sha1:2');
    expect(Number(read)).toBeGreaterThan(0);
    await expect(access(directory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves a static object as if it had never been seen', async () => {
    await reconcile(
      'static',
      async () => newSource('main@sha1:1'),
      found => readyOf(found)?.status === 'True',
    );
    const object = await reconcile(
      'static',
      async () => newSource('main@sha1:2'),
      found => found?.metadata.finalizers === undefined,
      { ref: { branch: 'static' } },
    );
    const cleared = await world.until<GitRepository>(
      ref('static'),
      found => found?.status?.artifact === undefined,
    );
    expect(object.metadata.finalizers).toBeUndefined();
    expect(cleared.status?.conditions ?? []).toEqual([]);
  });

  it('says what is missing where nothing fetches it', async () => {
    const object = gitRepository('https://git.test/a', {}, 'foreign');
    await world.apply({
      ...object,
      spec: { ...object.spec, provider: 'azure' },
    });
    const stalled = await world.until<GitRepository>(
      ref('foreign'),
      found => condition(found, 'Stalled')?.status === 'True',
    );
    expect(readyOf(stalled)).toMatchObject({
      reason: 'InvalidProviderConfiguration',
      message: expect.stringContaining('gitops-backend-module-azure'),
    });
  });
});
