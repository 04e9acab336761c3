// Servers: the sandbox's registries.
import { at, BIG, clientTest, image } from './__testUtils__/clientTest';
import { DockerConfigKeychain } from './Keychain';
import { mirrorsOf } from './mirrors';
import { parseRepository } from './reference';

jest.setTimeout(120_000);

describe('mirrors of registries', () => {
  const { clientFor, sandbox } = clientTest();

  it('are those of the registry, in their order', () => {
    const mirrors = [
      { registry: 'docker.io', url: 'https://a.test' },
      { registry: 'ghcr.io', url: 'https://b.test' },
      { registry: 'index.docker.io', url: 'http://c.test:5000/hub/' },
    ];
    expect(
      mirrorsOf(mirrors, parseRepository('alpine')).map(
        ({ base, repository }) => [base.href, repository],
      ),
    ).toEqual([
      ['https://a.test/', { registry: 'a.test', name: 'library/alpine' }],
      [
        'http://c.test:5000/',
        { registry: 'c.test:5000', name: 'hub/library/alpine' },
      ],
    ]);
  });

  const both = async () => {
    const registry = await sandbox();
    const mirror = await sandbox();
    const digest = await registry.push('team/app', image(), 'v1');
    const mirrors = [{ registry: registry.address, url: `${mirror.url}/m` }];
    return { registry, mirror, digest, mirrors };
  };
  const asked = ({ requests }: { requests: { operation: string }[] }) =>
    requests.map(({ operation }) => operation);

  it('give what a digest names, and are not asked for tags', async () => {
    const { registry, mirror, digest, mirrors } = await both();
    await mirror.push('m/team/app', image());
    const client = clientFor({ mirrors });
    expect(await client.resolve(at(registry), 'v1')).toBe(digest);
    const { manifest } = await client.image(at(registry), digest);
    const [layer] = manifest.layers;
    const content = await client.smallBlob(at(registry), layer, {
      maxBytes: BIG,
    });
    expect(content.toString()).toBe('content');
    expect(asked(registry)).toEqual(['ping', 'manifest']);
    expect(asked(mirror)).toEqual(['manifest', 'blob']);
  });

  it('are passed over where they fail, are wrong, or have nothing', async () => {
    const { registry, mirror, digest, mirrors } = await both();
    const client = clientFor({ mirrors });
    const read = async () => (await client.image(at(registry), digest)).digest;
    expect(await read()).toBe(digest);
    await mirror.push('m/team/app', image());
    for (const fault of [
      { corrupt: true },
      { status: 503 },
      { disconnect: true },
    ]) {
      const restore = mirror.faults.inject(fault);
      expect(await read()).toBe(digest);
      restore();
    }
    await mirror.stop();
    expect(await read()).toBe(digest);
  });

  it('are told no credentials that are for another', async () => {
    const registry = await sandbox({ authentication: 'basic' });
    const mirror = await sandbox({ authentication: 'basic' });
    const account = { username: 'ci', password: 'secret' };
    registry.addAccount(account);
    mirror.addAccount(account);
    const digest = await registry.push('team/app', image(), 'v1');
    const client = clientFor({
      mirrors: [{ registry: registry.address, url: mirror.url }],
      keychain: new DockerConfigKeychain([
        { address: registry.address, credential: account },
      ]),
    });
    expect((await client.image(at(registry), digest)).digest).toBe(digest);
    expect(mirror.requests).toMatchObject([{ status: 401 }]);
    expect(mirror.requests[0].account).toBeUndefined();
    expect(registry.requests.at(-1)).toMatchObject({ account: 'ci' });
  });
});
