import { readGitCredential } from './credentials';
import { GitCredentialError } from './GitCredentialError';
import { SecretData } from './SecretData';

const secret = (data: Record<string, string>) =>
  new SecretData({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'git', namespace: 'team' },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]),
    ),
  });

describe('readGitCredential', () => {
  it('reads basic and bearer authentication and certificates', () => {
    expect(
      readGitCredential(secret({ username: 'ada', password: 'p:ä' })),
    ).toEqual({
      authorization: `Basic ${Buffer.from('ada:p:ä').toString('base64')}`,
    });
    expect(
      readGitCredential(secret({ bearerToken: 'token\n', 'ca.crt': 'CA' })),
    ).toEqual({ authorization: 'Bearer token', tls: { ca: 'CA' } });
    expect(
      readGitCredential(
        secret({ 'tls.crt': 'CERT', 'tls.key': 'KEY', caFile: 'OLD' }),
      ),
    ).toEqual({
      tls: { certificate: 'CERT', privateKey: 'KEY', ca: 'OLD' },
    });
    expect(readGitCredential(secret({}))).toEqual({});
  });

  it.each([
    [{ username: 'ada' }, "only one of the keys 'username' and 'password'"],
    [{ 'tls.key': 'canary' }, "only one of the keys 'tls.crt' and 'tls.key'"],
    [
      { username: 'ada', password: 'canary', bearerToken: 'canary' },
      "both 'bearerToken' and 'username'",
    ],
  ])('refuses %j without telling its values', (data, message) => {
    const read = () => readGitCredential(secret(data));
    expect(read).toThrow(GitCredentialError);
    expect(read).toThrow(message);
    expect(read).not.toThrow('canary');
  });
});
