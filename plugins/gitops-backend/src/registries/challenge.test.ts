import { readChallenge } from './challenge';
import { isRealmOf, readRealm } from './realm';

describe('readChallenge', () => {
  it.each([
    [
      'Bearer realm="https://auth.test/token",service="registry",scope="repository:a/b:pull,push"',
      'bearer',
      {
        realm: 'https://auth.test/token',
        service: 'registry',
        scope: 'repository:a/b:pull,push',
      },
    ],
    ['Basic realm="a \\"b\\", c"', 'basic', { realm: 'a "b", c' }],
    ['BASIC', 'basic', {}],
    ['Negotiate, Basic realm=x', 'basic', { realm: 'x' }],
    [
      'Digest realm="d", nonce="n", Bearer realm = "r"',
      'bearer',
      { realm: 'r' },
    ],
    ['Bearer realm="a", realm="b"', 'bearer', { realm: 'a' }],
    ['Bearer __proto__="x",realm="r"', 'bearer', { realm: 'r' }],
  ])('reads %s', (header, scheme, parameters) => {
    const challenge = readChallenge(header);
    expect(challenge?.scheme).toBe(scheme);
    expect(challenge?.parameters).toMatchObject(parameters);
  });

  it.each([
    undefined,
    '',
    'Negotiate',
    '=,=,"',
    '"'.repeat(100_000),
    'a='.repeat(100_000),
    ' ,'.repeat(100_000),
  ])('finds nothing to meet in %.20s', header => {
    expect(readChallenge(header)).toBeUndefined();
  });
});

describe('realms', () => {
  const base = new URL('https://registry.example.com');

  it.each([
    ['https://registry.example.com/token', 'registry.example.com'],
    ['https://registry.example.com:8443/token', 'registry.example.com'],
    ['https://gitlab.example.com/jwt/auth', 'registry.example.com:5050'],
    ['https://auth.docker.io/token', 'index.docker.io'],
    ['https://auth.docker.io/token', 'docker.io'],
    ['https://ghcr.io/token', 'lscr.io'],
    ['http://127.0.0.1:5001/token', '127.0.0.1:5000'],
    ['http://localhost/token', 'localhost:5000'],
  ])('%s belongs to %s', (realm, registry) => {
    expect(isRealmOf(new URL(realm), registry)).toBe(true);
  });

  it.each([
    ['https://auth.docker.io/token', 'registry.example.com'],
    ['https://evil.test/token', 'registry.example.com'],
    ['https://example.com.evil.test/token', 'registry.example.com'],
    ['https://evil.co.uk/token', 'registry.co.uk'],
    ['https://evil.github.io/token', 'team.github.io'],
    ['https://127.0.0.2/token', '127.0.0.1:5000'],
    ['https://[::2]/token', '[::1]:5000'],
    ['https://com/token', 'example.com'],
    ['https://localhost/token', '127.0.0.1'],
  ])('%s does not belong to %s', (realm, registry) => {
    expect(isRealmOf(new URL(realm), registry)).toBe(false);
  });

  it.each([
    undefined,
    'token',
    'file:///etc/passwd',
    'https://user:password@registry.example.com/token',
  ])('%s is no address of a token service', realm => {
    expect(() => readRealm(realm, base)).toThrow(
      'names no address of a token service',
    );
  });

  it('is not http where the registry is https', () => {
    expect(() => readRealm('http://registry.example.com/t', base)).toThrow(
      'over plain http',
    );
    expect(
      readRealm('http://a.test/t', new URL('http://a.test:5000')).href,
    ).toBe('http://a.test/t');
  });
});
