import { buildManifests } from '../controllers/kustomize/buildManifests';
import { configMaps, request } from './__testUtils__/manifests';
import { ManifestBuilder } from './ManifestBuilder';
import { packManifests } from './packedManifests';

jest.mock('../controllers/kustomize/buildManifests', () => {
  const actual = jest.requireActual<{ buildManifests: jest.Mock }>(
    '../controllers/kustomize/buildManifests',
  );
  return { buildManifests: jest.fn(actual.buildManifests) };
});

describe('ManifestBuilder', () => {
  const { signal } = new AbortController();
  const builds = jest.mocked(buildManifests);

  beforeEach(() => {
    builds.mockClear();
  });

  it('builds once what is asked twice, whoever asks', async () => {
    const builder = new ManifestBuilder({});
    const first = await builder.build({ ...request(configMaps(3)), signal });
    const again = await builder.build({
      ...request(configMaps(3), {
        interval: '7m',
        prune: true,
        wait: true,
        serviceAccountName: 'deployer',
      }),
      signal,
    });
    expect(builds).toHaveBeenCalledTimes(1);
    expect(again).toEqual(first);
    expect(again.objects[0].serial).toBe(9007199254740993n);
  });

  it('lets who gets the objects change them', async () => {
    const builder = new ManifestBuilder({});
    const ask = { ...request(configMaps(1)), signal };
    for (let round = 0; round < 3; round++) {
      const { objects } = await builder.build(ask);
      expect(objects[0].metadata.name).toBe('settings-0');
      objects[0].metadata.name = 'changed';
    }
  });

  it.each<[string, object, string | undefined]>([
    ['another artifact', {}, 'sha256:2'],
    ['a name prefix', { namePrefix: 'a-' }, undefined],
    ['a field that nothing reads yet', { later: 1 }, undefined],
  ])('builds again for %s', async (_, spec, digest) => {
    const builder = new ManifestBuilder({});
    await builder.build({ ...request(configMaps(1)), signal });
    await builder.build({ ...request(configMaps(1), spec, digest), signal });
    expect(builds).toHaveBeenCalledTimes(2);
  });

  it('gives a build nothing that is not part of its key', async () => {
    await new ManifestBuilder({}).build({
      ...request(configMaps(1), { interval: '7m', serviceAccountName: 'a' }),
      signal,
    });
    expect(builds.mock.calls[0][1]).toMatchObject({
      interval: '',
      serviceAccountName: undefined,
    });
  });

  it('keeps no failure', async () => {
    const builder = new ManifestBuilder({});
    const broken = { ...request({ 'app/a.yaml': 'a: [' }), signal };
    await expect(builder.build(broken)).rejects.toThrow('app/a.yaml:1:4');
    await expect(builder.build(broken)).rejects.toThrow('app/a.yaml:1:4');
    expect(builds).toHaveBeenCalledTimes(2);
  });

  it('keeps what was used last, within its bytes', async () => {
    const [object] = (
      await new ManifestBuilder({}).build({ ...request(configMaps(1)), signal })
    ).objects;
    const { length } = packManifests({
      objects: [object],
      digest: '',
      warnings: [],
    }).objects;
    builds.mockClear();
    const builder = new ManifestBuilder({ maxCachedBytes: 3.5 * length });
    const ask = (name: string, count = 1) =>
      builder.build({
        ...request(configMaps(count), { namePrefix: name }),
        signal,
      });
    await ask('a');
    await ask('b');
    await ask('a');
    expect(builds).toHaveBeenCalledTimes(2);
    await ask('large', 100);
    await ask('c');
    await ask('d');
    builds.mockClear();
    await ask('a');
    await ask('b');
    expect(builds).toHaveBeenCalledTimes(1);
    expect(builds.mock.calls[0][1].namePrefix).toBe('b');
  });

  it('does nothing for a claim that is lost', async () => {
    const lost = AbortSignal.abort(new Error('the claim is lost'));
    await expect(
      new ManifestBuilder({}).build({
        ...request(configMaps(1)),
        signal: lost,
      }),
    ).rejects.toThrow('the claim is lost');
    expect(builds).not.toHaveBeenCalled();
  });
});
