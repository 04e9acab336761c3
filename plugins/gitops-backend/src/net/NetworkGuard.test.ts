import { NetworkGuard } from './NetworkGuard';

const at = (...addresses: string[]) => ({
  lookup: async () =>
    addresses.map(address => ({
      address,
      family: address.includes(':') ? 6 : 4,
    })),
});

describe('NetworkGuard', () => {
  it.each([
    '169.254.169.254',
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '100.100.100.200',
    '168.63.129.16',
    '239.1.2.3',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'ff02::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
  ])('refuses %s, as an address and as what a name means', async address => {
    const refused = { name: 'NetworkError', code: 'GITOPS_NETWORK_REFUSED' };
    await expect(new NetworkGuard().resolve(address)).rejects.toMatchObject(
      refused,
    );
    await expect(
      new NetworkGuard(at(address)).resolve('git.example.org'),
    ).rejects.toMatchObject(refused);
    expect(() => new NetworkGuard().checkTarget(address)).toThrow(
      expect.objectContaining(refused),
    );
  });

  it.each([
    '10.1.2.3',
    '192.168.1.1',
    '172.16.0.1',
    '8.8.8.8',
    'fd12::1',
    '2001:db8::1',
  ])('takes %s', async address => {
    expect(await new NetworkGuard().resolve(address)).toMatchObject([
      { address },
    ]);
  });

  it('gives the addresses of a name that may be connected to', async () => {
    const guard = new NetworkGuard(at('127.0.0.1', '10.0.0.1', '::1'));
    expect(await guard.resolve('git.example.org')).toEqual([
      { address: '10.0.0.1', family: 4 },
    ]);
  });

  it.each([
    ['localhost', 'localhost', 80],
    ['LOCALHOST.', 'localhost', 80],
    ['*.local', 'git.local', 80],
    ['git.local:8443', 'git.local', 8443],
    ['127.0.0.0/8', 'git.local', 80],
    ['127.0.0.1', 'git.local', 80],
  ])('allows by %s', async (entry, host, port) => {
    const guard = new NetworkGuard({ ...at('127.0.0.1'), allow: [entry] });
    expect(await guard.resolve(host, port)).toHaveLength(1);
  });

  it.each([
    ['*.local', 'local', 80],
    ['git.local:8443', 'git.local', 443],
    ['git.local', 'evilgit.local', 80],
    ['10.0.0.0/8', 'git.local', 80],
  ])('does not allow by %s', async (entry, host, port) => {
    const guard = new NetworkGuard({ ...at('127.0.0.1'), allow: [entry] });
    await expect(guard.resolve(host, port)).rejects.toMatchObject({
      code: 'GITOPS_NETWORK_REFUSED',
    });
  });

  it('connects to nothing but what it is limited to', async () => {
    const guard = new NetworkGuard({
      ...at('10.0.0.1'),
      only: ['*.example.org', '10.9.0.0/16'],
    });
    expect(await guard.resolve('git.example.org')).toHaveLength(1);
    expect(await guard.resolve('10.9.1.1')).toHaveLength(1);
    await expect(guard.resolve('git.example.com')).rejects.toMatchObject({
      code: 'GITOPS_NETWORK_REFUSED',
    });
    expect(() => guard.checkTarget('git.example.com')).toThrow(
      /may connect to/,
    );
  });

  it('says that a name is unknown', async () => {
    const guard = new NetworkGuard({
      lookup: async () => {
        throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
      },
    });
    await expect(guard.resolve('nowhere.example')).rejects.toMatchObject({
      code: 'GITOPS_NETWORK_UNREACHABLE',
      message:
        'nowhere.example cannot be resolved (ENOTFOUND); check the address',
    });
  });

  it.each([
    'http://host',
    'a b',
    '10.0.0.0/33',
    '*',
    'host:port',
    '',
    '1.2.3.4/8/9',
  ])('takes no entry %j', entry => {
    expect(() => new NetworkGuard({ allow: [entry] })).toThrow(
      /is no host and no network/,
    );
  });
});
