import type { RequestOptions } from 'node:https';
import { ClusterAccess } from '@backstage-gitops/plugin-gitops-node';
import { IssuedAccess } from './IssuedAccess';

describe('IssuedAccess', () => {
  let now: number;
  let issued: number;
  let failure: Error | undefined;

  const accessOf = (
    overrides: Partial<ClusterAccess> = {},
    lifeMs: number | undefined = 1_000,
  ) =>
    new IssuedAccess({
      now: () => now,
      issue: async () => {
        if (failure) {
          throw failure;
        }
        issued += 1;
        return {
          connection: {
            server: 'https://there',
            certificateAuthority: 'PEM',
            tlsServerName: 'kube',
          },
          credential: { type: 'token', token: `token-${issued}` },
          ...(lifeMs !== undefined && { expiresAt: new Date(now + lifeMs) }),
          ...overrides,
        };
      },
    });
  const tokenOf = async (access: IssuedAccess) => {
    const options: RequestOptions = {};
    await access.applyToHTTPSOptions(options);
    return (options.headers as Record<string, string>).Authorization;
  };

  beforeEach(() => {
    now = 0;
    issued = 0;
    failure = undefined;
  });

  it('gives one credential until a fifth of its life is left', async () => {
    const access = accessOf();
    expect(await tokenOf(access)).toBe('Bearer token-1');
    now = 799;
    expect(await tokenOf(access)).toBe('Bearer token-1');
    now = 800;
    expect(await tokenOf(access)).toBe('Bearer token-2');
  });

  it('asks once for all who want it at the same time', async () => {
    const access = accessOf();
    await Promise.all([access.current(), access.current(), access.current()]);
    expect(issued).toBe(1);
  });

  it('goes on with the old one while it is good and no other is given', async () => {
    const access = accessOf();
    await access.current();
    failure = new Error('the cloud is down');
    now = 900;
    expect(await tokenOf(access)).toBe('Bearer token-1');
    now = 1_000;
    await expect(tokenOf(access)).rejects.toThrow(
      'the credential for https://there could not be renewed: the cloud is down',
    );
    failure = undefined;
    expect(await tokenOf(access)).toBe('Bearer token-2');
  });

  it('asks every five minutes where nobody says how long it is good', async () => {
    const access = accessOf({ expiresAt: undefined });
    await access.current();
    now = 299_999;
    await access.current();
    expect(issued).toBe(1);
    now = 300_000;
    await access.current();
    expect(issued).toBe(2);
  });

  it('connects as it is told', async () => {
    const options: RequestOptions = {};
    await accessOf({
      credential: { type: 'certificate', certificate: 'C', privateKey: 'K' },
    }).applyToHTTPSOptions(options);
    expect(options).toEqual({
      ca: 'PEM',
      servername: 'kube',
      cert: 'C',
      key: 'K',
    });
  });

  it.each([
    [
      'an unverified server',
      { connection: { server: 'https://there', insecureSkipTlsVerify: true } },
      'would not be verified',
    ],
    ['nobody', { credential: { type: 'anonymous' } }, 'no credential'],
  ] as const)('refuses %s', async (_, overrides, message) => {
    await expect(tokenOf(accessOf(overrides))).rejects.toThrow(message);
  });
});
