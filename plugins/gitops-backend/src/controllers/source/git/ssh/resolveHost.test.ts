// Server: none; what a name server answers is given.
import { isIPv6 } from 'node:net';
import { resolveHost } from './resolveHost';

const answering =
  (...addresses: string[]) =>
  async () =>
    addresses.map(address => ({ address, family: isIPv6(address) ? 6 : 4 }));

describe('resolveHost', () => {
  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '100.100.100.200',
    'fe80::1',
    'fd00:ec2::254',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
  ])('refuses %s', async address => {
    await expect(
      resolveHost('git.test', answering(address)),
    ).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: expect.stringContaining('link-local'),
    });
  });

  it('leaves out what is refused, and takes private networks', async () => {
    const found = await resolveHost(
      'git.test',
      answering('169.254.1.1', '10.0.0.1', 'fd12::1', '127.0.0.1'),
    );
    expect(found.map(({ address }) => address)).toEqual([
      '10.0.0.1',
      'fd12::1',
      '127.0.0.1',
    ]);
  });

  it('checks an address that is written out', async () => {
    await expect(resolveHost('169.254.169.254')).rejects.toThrow('link-local');
  });

  it('says that a name is not known', async () => {
    const failing = async () => {
      throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    };
    await expect(resolveHost('git.test', failing)).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: 'git.test cannot be resolved (ENOTFOUND); check spec.url',
    });
  });
});
