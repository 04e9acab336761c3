// Servers: the sandbox's Kubernetes API.
import {
  ArtifactGenerator,
  ArtifactGeneratorSpec,
  ExternalArtifact,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { readArchive } from '../../../artifacts/readArchive';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { kustomization, readyOf, World } from '../../../__testUtils__/world';
import { Bench, conditionOf, PATIENCE } from '../helm/__testUtils__/Bench';

jest.setTimeout(180_000);

const DISABLED = { 'source.extensions.fluxcd.io/reconcile': 'Disabled' };
const FINALIZER = 'source.extensions.fluxcd.io/finalizer';
const ORIGIN = 'org.opencontainers.image.revision';

describe('ArtifactGenerator', () => {
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

  const external = (name: string) =>
    world.client.get<ExternalArtifact>(bench.refOf('ExternalArtifact', name));

  const filesOf = async (object: ExternalArtifact | undefined) =>
    Object.fromEntries(
      [
        ...(await readArchive(
          await bench.store.open(object!.status!.artifact!.digest),
        )),
      ].map(([path, content]) => [path, content.toString()]),
    );

  it('makes artifacts of several sources, and tells of them', async () => {
    await bench.sourceOf('GitRepository', 'compose', {
      'app/web.yaml': 'web',
      'app/logo.png': 'picture',
      'prod.yaml': 'b: 2',
    });
    await bench.sourceOf(
      'OCIRepository',
      'compose-chart',
      { 'values.yaml': 'a: 1', 'templates/x': 'x' },
      `1.0.0@sha256:${'a'.repeat(64)}`,
      { [ORIGIN]: 'main@sha1:abc' },
    );
    const object = await reconcile('compose', {
      sources: [
        { alias: 'git', kind: 'GitRepository', name: 'compose' },
        { alias: 'chart', kind: 'OCIRepository', name: 'compose-chart' },
      ],
      commonMetadata: {
        labels: { team: 'payments' },
        annotations: { note: 'x' },
      },
      artifacts: [
        {
          name: 'compose-app',
          copy: [{ from: '@git/app/**', to: '@artifact/' }],
        },
        {
          ...{ name: 'compose-values', revision: '@chart' },
          originRevision: '@chart',
          copy: [
            { from: '@chart/**', to: '@artifact/' },
            {
              ...{ from: '@git/prod.yaml', to: '@artifact/values.yaml' },
              strategy: 'Merge',
            },
          ],
        },
      ],
    });
    expect(object.metadata.finalizers).toEqual([FINALIZER]);
    expect(readyOf(object)).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      message: 'reconciliation succeeded, generated 2 artifact(s)',
    });
    expect(conditionOf(object, 'Reconciling')).toBeUndefined();

    const app = await external('compose-app');
    const { digest } = app!.status!.artifact!;
    expect(app).toMatchObject({
      metadata: {
        labels: {
          team: 'payments',
          'app.kubernetes.io/managed-by': 'source-watcher',
          'source.extensions.fluxcd.io/generator': object.metadata.uid,
        },
        annotations: { note: 'x' },
      },
      spec: {
        sourceRef: {
          ...{ kind: 'ArtifactGenerator', name: 'compose' },
          namespace: 'default',
        },
      },
      status: {
        artifact: {
          revision: `latest@${digest}`,
          path: expect.stringMatching(
            /^externalartifact\/default\/compose-app\/\d+\.tar\.gz$/,
          ),
        },
      },
    });
    expect(readyOf(app!)).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      message: 'Artifact is ready',
    });
    // What Flux leaves out of every artifact is left out.
    expect(await filesOf(app)).toEqual({ 'web.yaml': 'web' });

    const values = await external('compose-values');
    expect(values!.status!.artifact).toMatchObject({
      revision: `1.0.0@sha256:${'a'.repeat(64)}`,
      metadata: { [ORIGIN]: 'main@sha1:abc' },
    });
    expect(await filesOf(values)).toEqual({
      'values.yaml': 'a: 1\nb: 2\n',
      'templates/x': 'x',
    });
    expect(object.status?.inventory).toEqual(
      [app!, values!].map(({ metadata, status }) => ({
        name: metadata.name,
        namespace: 'default',
        digest: status!.artifact!.digest,
        filename: status!.artifact!.path.split('/').pop(),
      })),
    );
    expect((await world.eventsOf(object)).join('\n')).toContain(
      `Ready: external artifacts reconciled: default/compose-app (${digest})`,
    );
  });

  it('takes the revision for the origin where a source has none', async () => {
    await bench.sourceOf('GitRepository', 'origin', { a: '' });
    await reconcile('origin', {
      artifacts: [
        {
          ...{ name: 'origin-out', originRevision: '@git' },
          copy: [{ from: '@git/a', to: '@artifact/' }],
        },
      ],
    });
    expect((await external('origin-out'))!.status!.artifact!.metadata).toEqual({
      [ORIGIN]: 'main@sha1:0123456789abcdef0123456789abcdef01234567',
    });
  });

  it('does nothing while nothing changed, and follows its sources', async () => {
    await bench.sourceOf('GitRepository', 'follow', { a: '1' });
    const first = await reconcile('follow');
    const before = await external('follow-out');
    const second = await reconcile('follow');
    expect(await external('follow-out')).toEqual(before);
    expect(second.status?.observedSourcesDigest).toBe(
      first.status?.observedSourcesDigest,
    );
    await bench.sourceOf(
      'GitRepository',
      'follow',
      { a: '2' },
      `main@sha1:${'2'.repeat(40)}`,
    );
    const { digest } = before!.status!.artifact!;
    await world.until<ExternalArtifact>(
      bench.refOf('ExternalArtifact', 'follow-out'),
      object => object?.status?.artifact?.digest !== digest,
      PATIENCE,
    );
    expect(await filesOf(await external('follow-out'))).toEqual({ a: '2' });
  });

  it('gives a set of artifacts for each directory, and lets go of those that are gone', async () => {
    const spec: Partial<ArtifactGeneratorSpec> = {
      pathPattern: '@git/apps/{app}',
      artifacts: [
        {
          name: 'set-{app}',
          copy: [{ from: '@git/apps/{app}/**', to: '@artifact/' }],
        },
      ],
    };
    await bench.sourceOf('GitRepository', 'set', {
      'apps/One/x': '1',
      'apps/two/x': '2',
    });
    const object = await reconcile('set', spec);
    expect(object.status?.inventory?.map(({ name }) => name)).toEqual([
      'set-one',
      'set-two',
    ]);
    expect((await external('set-one'))!.metadata.labels).toMatchObject({
      app: 'one',
    });
    const { digest } = (await external('set-two'))!.status!.artifact!;
    await bench.sourceOf(
      'GitRepository',
      'set',
      { 'apps/One/x': '1' },
      `main@sha1:${'2'.repeat(40)}`,
    );
    await world.until(
      bench.refOf('ExternalArtifact', 'set-two'),
      found => found === undefined,
      PATIENCE,
    );
    expect(await external('set-one')).toBeDefined();
    // Who reads it just now may finish; the next run lets go of it.
    expect(await bench.store.has(digest)).toBeDefined();
    await bench.sourceOf(
      'GitRepository',
      'set',
      { 'apps/One/x': '3' },
      `main@sha1:${'3'.repeat(40)}`,
    );
    await reconcile('set', spec);
    expect(await bench.store.has(digest)).toBeUndefined();
  });

  const drifts: [string, (name: string) => Promise<unknown>][] = [
    [
      'deleted',
      name => world.client.delete(bench.refOf('ExternalArtifact', name)),
    ],
    [
      'changed',
      name =>
        world.client.patch(bench.refOf('ExternalArtifact', name), {
          ...{ type: 'merge', subresource: 'status' },
          fieldManager: 'kubectl-edit',
          body: {
            status: { artifact: { digest: `sha256:${'0'.repeat(64)}` } },
          },
        }),
    ],
    [
      'lost',
      async name =>
        bench.store.delete((await external(name))!.status!.artifact!.digest),
    ],
  ];

  it.each(drifts)('makes an artifact again that was %s', async (name, harm) => {
    await bench.sourceOf('GitRepository', name, { a: name, '.gitignore': '' });
    await reconcile(name);
    await harm(`${name}-out`);
    await reconcile(name);
    expect(await filesOf(await external(`${name}-out`))).toEqual({ a: name });
  });

  it('deletes what it made when it is deleted', async () => {
    await bench.sourceOf('GitRepository', 'ended', { a: 'ended' });
    await reconcile('ended');
    const { digest } = (await external('ended-out'))!.status!.artifact!;
    await world.client.delete(bench.refOf('ArtifactGenerator', 'ended'));
    await world.until(
      bench.refOf('ArtifactGenerator', 'ended'),
      found => found === undefined,
      PATIENCE,
    );
    expect(await external('ended-out')).toBeUndefined();
    expect(await bench.store.has(digest)).toBeUndefined();
  });

  it('leaves alone what somebody else has taken over', async () => {
    await bench.sourceOf('GitRepository', 'taken', { a: 'taken' });
    await reconcile('taken');
    // Else it would take it back at its next run.
    await reconcile('taken', {}, DISABLED);
    await world.client.patch(bench.refOf('ExternalArtifact', 'taken-out'), {
      type: 'merge',
      fieldManager: 'other',
      body: {
        metadata: {
          labels: { 'source.extensions.fluxcd.io/generator': 'other' },
        },
      },
    });
    await world.client.delete(bench.refOf('ArtifactGenerator', 'taken'));
    await world.until(
      bench.refOf('ArtifactGenerator', 'taken'),
      found => found === undefined,
      PATIENCE,
    );
    expect(await external('taken-out')).toBeDefined();
  });

  it('rests while an annotation says so', async () => {
    await bench.sourceOf('GitRepository', 'rest', { a: '' });
    const resting = await reconcile('rest', {}, DISABLED);
    expect(readyOf(resting)).toMatchObject({
      status: 'True',
      reason: 'ReconciliationDisabled',
      message: 'Initialized with reconciliation suspended',
    });
    expect(await external('rest-out')).toBeUndefined();
    await reconcile(
      'rest',
      {},
      {
        'source.extensions.fluxcd.io/reconcile': 'enabled',
        'source.extensions.fluxcd.io/reconcileEvery': 'nonsense',
      },
    );
    await reconcile('rest');
    expect(await external('rest-out')).toBeDefined();
  });

  it('may be the source of a Kustomization, whose delivery follows it', async () => {
    const configMap = (value: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: generated}\ndata: {value: "${value}"}\n`;
    await bench.sourceOf('GitRepository', 'delivered', {
      'app/config.yaml': configMap('1'),
    });
    await world.apply(
      kustomization(
        {
          path: './app',
          sourceRef: { kind: 'ExternalArtifact', name: 'delivered-out' },
        },
        'delivered',
      ),
    );
    await reconcile('delivered');
    const delivered = (value: string) =>
      world.until(
        {
          ...{ apiVersion: 'v1', kind: 'ConfigMap' },
          namespace: 'default',
          name: 'generated',
        },
        object =>
          (object as { data?: { value: string } } | undefined)?.data?.value ===
          value,
        PATIENCE,
      );
    await delivered('1');
    await bench.sourceOf(
      'GitRepository',
      'delivered',
      { 'app/config.yaml': configMap('2') },
      `main@sha1:${'2'.repeat(40)}`,
    );
    await delivered('2');
    const artifact = (await external('delivered-out'))!.status!.artifact!;
    const object = await world.until<Kustomization>(
      bench.refOf('Kustomization', 'delivered'),
      found => found?.status?.lastAppliedRevision === artifact.revision,
      PATIENCE,
    );
    expect(readyOf(object)?.status).not.toBe('False');
  });
});
