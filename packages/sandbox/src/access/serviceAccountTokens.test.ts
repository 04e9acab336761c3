import { ObjectStore } from '../storage/objectStore';
import { ServiceAccountTokens, TrustedIssuer } from './serviceAccountTokens';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const account = {
  metadata: { namespace: 'team', name: 'robot', uid: 'u1' },
};

describe('ServiceAccountTokens', () => {
  let now = new Date('2026-11-23T10:00:00Z');

  const cluster = (key: string, trusted: readonly TrustedIssuer[] = []) => {
    const store = {
      get: () => account,
    } as unknown as ObjectStore;
    return new ServiceAccountTokens({
      ...{ store, trusted },
      key: Buffer.from(key),
      issuer: ISSUER,
      now: () => now,
    });
  };

  beforeEach(() => {
    now = new Date('2026-11-23T10:00:00Z');
  });

  it('takes its own for itself until they expire', () => {
    const here = cluster('a');
    const { token } = here.issue(account, [], 600);
    expect(here.authenticate(token)).toMatchObject({
      name: 'system:serviceaccount:team:robot',
      groups: expect.arrayContaining(['system:serviceaccounts:team']),
    });
    now = new Date('2026-11-23T10:10:00Z');
    expect(here.authenticate(token)).toBeUndefined();
  });

  it('does not take its own for others', () => {
    const here = cluster('a');
    const { token } = here.issue(account, ['https://there'], 600);
    expect(here.authenticate(token)).toBeUndefined();
    expect(here.verify(token, ['https://there'])).toBeDefined();
  });

  it('takes those of a cluster that it trusts, for the audiences that it knows', () => {
    const there = cluster('a');
    const here = cluster('b', [
      { key: 'a', audiences: ['https://here'], usernamePrefix: 'there:' },
    ]);
    const { token } = there.issue(account, ['https://here'], 600);
    expect(here.authenticate(token)).toMatchObject({
      name: 'there:system:serviceaccount:team:robot',
      groups: ['system:authenticated'],
    });
    expect(
      here.authenticate(there.issue(account, [], 600).token),
    ).toBeUndefined();
    expect(cluster('b').authenticate(token)).toBeUndefined();
  });
});
