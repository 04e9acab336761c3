// Server: the sandbox's Kubernetes API.
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ReleaseBench } from '../actions/__testUtils__/ReleaseBench';
import type { Release } from '../releases';
import type { RecordKind } from './ReleaseRecords';

jest.setTimeout(60_000);

const release = (version: number, changes: Partial<Release> = {}): Release => ({
  ...{ name: 'web', namespace: 'default', version },
  ...{ manifest: '', hooks: [], labels: { team: 'a' }, config: {} },
  info: {
    ...{ status: 'deployed', description: 'x', notes: '' },
    rollbackRevision: 0,
  },
  ...changes,
});

describe.each<RecordKind>(['Secret', 'ConfigMap'])('records in %ss', kind => {
  let bench: ReleaseBench;

  beforeEach(async () => {
    bench = await ReleaseBench.start();
  });

  afterEach(async () => {
    await bench?.stop();
  });

  it('are found by name and labels, oldest first', async () => {
    const records = bench.records(kind);
    for (const version of [10, 2, 1]) await records.create(release(version));
    await records.create(release(1, { name: 'other' }));
    const { releases, unreadable } = await records.history('web');
    expect(releases.map(({ version }) => version)).toEqual([1, 2, 10]);
    expect(releases[0].labels).toEqual({ team: 'a' });
    expect(unreadable).toEqual([]);
    expect(await records.get({ name: 'web', version: 3 })).toBeUndefined();

    const object = await bench.get<KubernetesObject & { type?: string }>(
      kind,
      'sh.helm.release.v1.web.v2',
    );
    expect(object?.type).toBe(
      kind === 'Secret' ? 'helm.sh/release.v1' : undefined,
    );
    expect(object?.metadata.labels).toEqual({
      ...{ name: 'web', owner: 'helm', status: 'deployed', version: '2' },
      createdAt: expect.stringMatching(/^\d+$/),
      team: 'a',
    });
  });

  it('are written again, labels too, and deleted', async () => {
    const records = bench.records(kind);
    await records.create(release(1));
    const { info } = release(1);
    await records.update(
      release(1, { info: { ...info!, status: 'superseded' } }),
    );
    const object = await bench.get(kind, 'sh.helm.release.v1.web.v1');
    expect(object?.metadata.labels).toMatchObject({
      status: 'superseded',
      modifiedAt: expect.stringMatching(/^\d+$/),
    });
    expect(await records.delete(release(1))).toBe(true);
    expect(await records.delete(release(1))).toBe(false);
    await expect(records.update(release(1))).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('are made once', async () => {
    const records = bench.records(kind);
    await records.create(release(1));
    await expect(records.create(release(1))).rejects.toMatchObject({
      code: 'exists',
      message: expect.stringContaining('somebody else'),
    });
  });

  it('that cannot be read do not hide the others', async () => {
    const records = bench.records(kind);
    await records.create(release(1));
    await records.create(release(2));
    await bench.client.patch(
      {
        ...{ apiVersion: 'v1', kind, namespace: 'default' },
        name: 'sh.helm.release.v1.web.v2',
      },
      { type: 'merge', body: { data: { release: 'AAAA' } } },
    );
    const { releases, unreadable } = await records.history('web');
    expect(releases.map(({ version }) => version)).toEqual([1]);
    expect(unreadable).toMatchObject([{ version: 2, status: 'deployed' }]);
  });

  it('that are too large are refused with what to do', async () => {
    // Digits at random do not pack.
    let digits = '';
    for (let i = 0; digits.length < 4_000_000; i++) {
      digits += Math.abs(Math.sin(i)).toString().slice(2);
    }
    await expect(
      bench.records(kind).create(release(1, { manifest: digits })),
    ).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('.helmignore'),
    });
  });
});
