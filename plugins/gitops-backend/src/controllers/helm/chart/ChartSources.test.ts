import { parseYaml, stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { HelmChart, HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { createHash } from 'node:crypto';
import { packFiles } from '../../../workers/__testUtils__/packFiles';
import { SourceBench } from './__testUtils__/SourceBench';

jest.setTimeout(120_000);

const spec = (yaml: string) =>
  parseYaml(yaml) as unknown as HelmRelease['spec'];
const chart = (version = '1.2.3', more: Record<string, string> = {}) =>
  packFiles({
    'Chart.yaml': `apiVersion: v2\nname: game\nversion: ${version}\nappVersion: "7"\n`,
    ...more,
  });
const digestOf = (bytes: Buffer) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const TEMPLATE = spec(`
chart:
  metadata: {labels: {team: a}, annotations: {note: b}}
  spec:
    chart: ./charts/game
    version: ">=1.2.0"
    sourceRef: {kind: GitRepository, name: repo}
    valuesFiles: [charts/game/values.yaml]
    ignoreMissingValuesFiles: true
`);

describe('ChartSources', () => {
  let bench: SourceBench;

  beforeAll(async () => {
    bench = await SourceBench.start();
  });

  afterAll(async () => {
    await bench?.stop();
  });

  const chartNamed = (name: string, namespace?: string) =>
    bench.client.get<HelmChart>(bench.refOf('HelmChart', name, namespace));

  it('makes a HelmChart, and waits for it', async () => {
    const run = bench.runOf(TEMPLATE, { name: 'made' });
    const sources = bench.sources();
    expect(sources.references(run.object)).toEqual([
      { kind: 'HelmChart', namespace: 'default', name: 'default-made' },
    ]);
    expect(await sources.load(run)).toMatchObject({
      type: 'pending',
      reason: 'SourceNotReady',
      message:
        "HelmChart 'default/default-made' is not ready: latest generation of object has not been reconciled",
    });
    expect(run.status.helmChart).toBe('default/default-made');
    const { metadata, spec: made } = (await chartNamed('default-made'))!;
    const { labels, annotations } = metadata;
    expect(stringifyYaml({ metadata: { labels, annotations }, spec: made }))
      .toBe(`metadata:
  annotations:
    note: b
  labels:
    helm.toolkit.fluxcd.io/name: made
    helm.toolkit.fluxcd.io/namespace: default
    team: a
spec:
  chart: ./charts/game
  ignoreMissingValuesFiles: true
  interval: 10m
  reconcileStrategy: ChartVersion
  sourceRef:
    kind: GitRepository
    name: repo
  valuesFiles:
  - charts/game/values.yaml
  version: '>=1.2.0'
`);
    await run.tellHistory();
    expect(bench.said).toContain(
      "Created HelmChart/default/default-made with SourceRef 'GitRepository/default/repo'",
    );
  });

  it('gives the chart once it is there, and writes nothing that is so', async () => {
    const first = bench.runOf(TEMPLATE, { name: 'ready' });
    await bench.sources().load(first);
    const bytes = chart();
    await bench.status('HelmChart', 'default-ready', { bytes });
    const live = await chartNamed('default-ready');
    bench.home.cache.set(live!, []);
    const apply = jest.spyOn(bench.client, 'apply');
    const run = bench.runOf(TEMPLATE, {
      name: 'ready',
      status: { helmChart: first.status.helmChart, observedGeneration: 1 },
    });
    const loaded = await bench.sources().load(run);
    expect(loaded).toMatchObject({
      type: 'found',
      chart: {
        ...{ name: 'game', version: '1.2.3', appVersion: '7' },
        ...{ digest: digestOf(bytes), sourceRevision: '1.2.3' },
      },
    });
    expect(
      loaded.type === 'found' && loaded.chart.bytes.equals(bytes),
    ).toBeTruthy();
    expect(loaded).not.toHaveProperty('chart.ociDigest');
    expect(apply).not.toHaveBeenCalled();
    apply.mockRestore();
  });

  it.each<[string, (live: HelmChart) => object]>([
    ['spec', () => ({ spec: { version: '9' } })],
    ['a field too many', () => ({ spec: { valuesFiles: ['other.yaml'] } })],
    ['labels', () => ({ metadata: { labels: { team: 'z' } } })],
  ])('puts right what somebody else changed: %s', async (what, change) => {
    const name = `right-${what.replaceAll(' ', '-')}`;
    await bench.sources().load(bench.runOf(TEMPLATE, { name }));
    const before = (await chartNamed(`default-${name}`))!;
    await bench.client.patch(bench.refOf('HelmChart', `default-${name}`), {
      ...{ type: 'merge', fieldManager: 'somebody' },
      body: change(before),
    });
    await bench
      .sources()
      .load(bench.runOf(TEMPLATE, { name, status: { observedGeneration: 1 } }));
    const after = (await chartNamed(`default-${name}`))!;
    expect(after.spec).toEqual(before.spec);
    expect(after.metadata.labels).toEqual(before.metadata.labels);
  });

  it('drops what a new generation drops', async () => {
    await bench.sources().load(bench.runOf(TEMPLATE, { name: 'drops' }));
    const less = spec(
      'chart: {spec: {chart: game, sourceRef: {kind: HelmRepository, name: r}, interval: 1h}}',
    );
    await bench.sources().load(bench.runOf(less, { name: 'drops' }));
    const { metadata, spec: now } = (await chartNamed('default-drops'))!;
    expect(now).toEqual({
      ...{ chart: 'game', interval: '1h', version: '*' },
      reconcileStrategy: 'ChartVersion',
      sourceRef: { kind: 'HelmRepository', name: 'r' },
    });
    expect(metadata.labels).not.toHaveProperty('team');
    expect(metadata.annotations ?? {}).not.toHaveProperty('note');
  });

  it('moves its HelmChart with the namespace of the source', async () => {
    const first = bench.runOf(TEMPLATE, { name: 'moves' });
    await bench.sources().load(first);
    const elsewhere = spec(
      'chart: {spec: {chart: game, sourceRef: {kind: HelmRepository, name: r, namespace: kube-system}}}',
    );
    const run = bench.runOf(elsewhere, {
      name: 'moves',
      status: first.status,
    });
    await bench.sources().load(run);
    expect(await chartNamed('default-moves')).toBeUndefined();
    expect(await chartNamed('default-moves', 'kube-system')).toBeDefined();
    expect(run.status.helmChart).toBe('kube-system/default-moves');
    await bench.sources().remove(run);
    expect(await chartNamed('default-moves', 'kube-system')).toBeUndefined();
    expect(run.status.helmChart).toBeUndefined();
  });

  it('leaves a HelmChart alone that is of another release by now', async () => {
    const run = bench.runOf(TEMPLATE, { name: 'lost' });
    await bench.sources().load(run);
    await bench.client.patch(bench.refOf('HelmChart', 'default-lost'), {
      ...{ type: 'merge', fieldManager: 'somebody' },
      body: {
        metadata: { labels: { 'helm.toolkit.fluxcd.io/name': 'other' } },
      },
    });
    await bench.sources().remove(run);
    expect(await chartNamed('default-lost')).toBeDefined();
    expect(run.status.helmChart).toBeUndefined();
  });

  it('deletes its HelmChart where chartRef takes over, and takes the digest into the version', async () => {
    const first = bench.runOf(TEMPLATE, { name: 'takes' });
    await bench.sources().load(first);
    const hex = digestOf(Buffer.from('manifest'));
    await bench.source('OCIRepository', 'image', {
      spec: { interval: '1h', url: 'oci://registry.test/game' },
      bytes: chart(),
      revision: `1.2.3@${hex}`,
    });
    const run = bench.runOf(
      spec('chartRef: {kind: OCIRepository, name: image}'),
      { name: 'takes', status: first.status },
    );
    expect(bench.sources().references(run.object)).toEqual([
      { kind: 'OCIRepository', namespace: 'default', name: 'image' },
    ]);
    expect(await bench.sources().load(run)).toMatchObject({
      type: 'found',
      chart: {
        version: `1.2.3+${hex.slice(7, 19)}`,
        ociDigest: hex,
        sourceRevision: `1.2.3@${hex}`,
      },
    });
    expect(run.status.helmChart).toBeUndefined();
    expect(await chartNamed('default-takes')).toBeUndefined();
  });

  it('refuses a tag that is another version', async () => {
    await bench.source('OCIRepository', 'wrong', {
      spec: { interval: '1h', url: 'oci://registry.test/game' },
      bytes: chart(),
      revision: `2.0.0@${digestOf(Buffer.from('x'))}`,
    });
    expect(
      await bench
        .sources()
        .load(
          bench.runOf(spec('chartRef: {kind: OCIRepository, name: wrong}')),
        ),
    ).toMatchObject({
      type: 'failed',
      reason: 'ChartMutateError',
      message: expect.stringContaining(
        'artifact revision 2.0.0 does not match chart version 1.2.3',
      ),
    });
  });

  it('fetches an ExternalArtifact that others keep; a plain revision leaves the version', async () => {
    const bytes = chart('3.0.0');
    const digest = digestOf(bytes);
    bench.elsewhere.set(digest, bytes);
    await bench.source('ExternalArtifact', 'external', {
      status: {
        artifact: {
          ...{ digest, revision: '3.0.0', path: 'x/a.tgz' },
          url: 'http://elsewhere/a.tgz',
          lastUpdateTime: '2026-01-02T03:04:05Z',
        },
      },
    });
    const loaded = await bench
      .sources()
      .load(
        bench.runOf(spec('chartRef: {kind: ExternalArtifact, name: external}')),
      );
    expect(loaded).toMatchObject({
      type: 'found',
      chart: { version: '3.0.0', digest },
    });
  });

  it.each<[string, Parameters<SourceBench['source']>[2], object]>([
    [
      'a source without an artifact',
      {},
      {
        ...{ type: 'pending', reason: 'SourceNotReady' },
        message:
          "OCIRepository 'default/NAME' is not ready: does not have an artifact",
      },
    ],
    [
      'a source that stalled',
      {
        status: {
          conditions: [
            {
              ...{ type: 'Stalled', status: 'True', reason: 'URLInvalid' },
              message: 'the address is none',
              lastTransitionTime: '2026-01-02T03:04:05Z',
            },
          ],
        },
      },
      {
        ...{ type: 'pending', reason: 'SourceNotReady' },
        message:
          "OCIRepository 'default/NAME' is not ready: the address is none",
      },
    ],
    [
      'a chart that is none',
      { bytes: Buffer.from('text') },
      {
        ...{ type: 'failed', reason: 'ArtifactFailed' },
        message: expect.stringContaining(
          'Could not load chart: it does not appear to be a gzipped archive',
        ),
      },
    ],
    [
      'a chart that leaves its directory',
      { bytes: chart('1.2.3', { '../../etc/passwd': 'x' }) },
      {
        ...{ type: 'failed', reason: 'ArtifactFailed' },
        message: expect.stringContaining('illegally'),
      },
    ],
    [
      'a chart without a directory of its own',
      {
        bytes: packFiles(
          { 'Chart.yaml': 'apiVersion: v2\nname: a\nversion: 1.0.0\n' },
          '',
        ),
      },
      {
        ...{ type: 'failed', reason: 'ArtifactFailed' },
        message: expect.stringContaining(
          'has to hold the chart in a directory of its own',
        ),
      },
    ],
    [
      'an artifact that is gone',
      {
        status: {
          artifact: {
            ...{ digest: digestOf(Buffer.from('gone')), revision: '1' },
            ...{ path: 'x/a.tgz', url: 'http://portal/a' },
            lastUpdateTime: '2026-01-02T03:04:05Z',
          },
        },
      },
      {
        ...{ type: 'pending', reason: 'ArtifactFailed' },
        message: 'Source not ready: artifact not found. Retrying in 30s',
      },
    ],
  ])('says what is the matter with %s', async (what, source, expected) => {
    const name = what.replaceAll(' ', '-');
    await bench.source('OCIRepository', name, {
      spec: { interval: '1h', url: 'oci://registry.test/game' },
      ...source,
    });
    const result = await bench
      .sources()
      .load(
        bench.runOf(spec(`chartRef: {kind: OCIRepository, name: ${name}}`)),
      );
    expect(JSON.parse(JSON.stringify(result).replaceAll(name, 'NAME'))).toEqual(
      expect.objectContaining(expected),
    );
  });

  it('says which source is missing', async () => {
    expect(
      await bench
        .sources()
        .load(bench.runOf(spec('chartRef: {kind: HelmChart, name: nothing}'))),
    ).toMatchObject({
      type: 'failed',
      reason: 'ArtifactFailed',
      message:
        "could not get Source object: HelmChart 'default/nothing' not found; create it, or correct spec.chartRef",
    });
  });

  it('is quiet for a minute about a source that is new', async () => {
    const run = bench.runOf(TEMPLATE, { name: 'quiet' });
    const created = Date.now();
    jest.spyOn(run, 'now').mockReturnValue(created);
    const loaded = await bench.sources().load(run);
    expect(
      loaded.type === 'pending' && loaded.quietUntil! > created,
    ).toBeTruthy();
    jest.spyOn(run, 'now').mockReturnValue(created + 120_000);
    expect(await bench.sources().load(run)).not.toHaveProperty(
      'quietUntil',
      expect.any(Number),
    );
  });

  it.each([
    ['chartRef: {kind: OCIRepository, name: a, namespace: other}'],
    [
      'chart: {spec: {chart: a, sourceRef: {kind: HelmRepository, name: r, namespace: other}}}',
    ],
  ])('keeps to its namespace where it has to: %s', async yaml => {
    expect(
      await bench
        .sources({ noCrossNamespaceRefs: true })
        .load(bench.runOf(spec(yaml))),
    ).toMatchObject({
      type: 'denied',
      reason: 'AccessDenied',
      message: expect.stringMatching(
        /^cross-namespace references are not allowed: cannot access (OCIRepository|HelmChart) other\//,
      ),
    });
  });
});
