import type { RequestOptions } from 'node:https';
import { KubeConfigError } from '../errors/errors';
import { checkKubeConfig } from './checkKubeConfig';
import { loadKubeConfig } from './loadKubeConfig';

const config = (cluster: object = {}, user: object = { token: 's3cret' }) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [
      { name: 'k', cluster: { server: 'https://example.com', ...cluster } },
    ],
    users: [{ name: 'u', user }],
  });

describe('checkKubeConfig', () => {
  it('accepts data of its own', () => {
    expect(() =>
      checkKubeConfig(
        config(
          { 'certificate-authority-data': 'QUJD' },
          { 'client-certificate-data': 'QUJD', 'client-key-data': 'QUJD' },
        ),
      ),
    ).not.toThrow();
  });

  it.each([
    ['as', { as: '' }],
    ['as', { as: null }],
    ['as-groups', { as: 'a', 'as-groups': ['b'] }],
    ['as-groups', { 'as-groups': ['b'] }],
    ['as-uid', { 'as-uid': 'u' }],
    ['as-user-extra', { as: 'a', 'as-user-extra': { scope: ['x'] } }],
  ])('refuses impersonation by %s that it cannot keep', (field, user) => {
    expect(() => checkKubeConfig(config({}, user))).toThrow(
      expect.objectContaining({
        code: 'kubeconfig',
        field: `users[].user.${field}`,
      }),
    );
  });

  it.each([
    ['exec', {}, { exec: { command: 'sh' } }, { allowExec: true }],
    [
      'auth-provider',
      {},
      { 'auth-provider': { name: 'x' } },
      { allowAuthProvider: true },
    ],
    ['client-key', {}, { 'client-key': '/etc/key' }, { allowFiles: true }],
    [
      'client-certificate',
      {},
      { 'client-certificate': '/c' },
      { allowFiles: true },
    ],
    ['tokenFile', {}, { tokenFile: '/var/token' }, { allowFiles: true }],
    [
      'certificate-authority',
      { 'certificate-authority': '/ca' },
      undefined,
      { allowFiles: true },
    ],
    [
      'insecure-skip-tls-verify',
      { 'insecure-skip-tls-verify': true },
      undefined,
      { allowInsecure: true },
    ],
    [
      'server',
      { server: 'http://example.com' },
      undefined,
      { allowInsecure: true },
    ],
    [
      'proxy-url',
      { 'proxy-url': 'http://proxy' },
      undefined,
      { allowProxy: true },
    ],
  ])('refuses %s unless allowed', (field, cluster, user, policy) => {
    const text = config(cluster, user);
    expect(() => checkKubeConfig(text)).toThrow(
      expect.objectContaining({
        code: 'kubeconfig',
        field: expect.stringMatching(new RegExp(`\\.${field}$`)),
      }),
    );
    expect(() => checkKubeConfig(text, policy)).not.toThrow();
  });

  it('checks users that are not current, too', () => {
    const text = config().replace(
      '"users":[',
      '"users":[{"name":"x","user":{"exec":{"command":"sh"}}},',
    );
    expect(() => checkKubeConfig(text)).toThrow(KubeConfigError);
  });

  it.each([
    ['nonsense', '{'],
    ['a list', '[]'],
    ['nothing', ''],
    ['no users', '{"clusters":[],"contexts":[]}'],
    ['another context', config().replace('"c"', '"d"')],
    ['no user', config().replace('"user":"u"', '"user":"v"')],
    ['a name that is no text', config().replace('"name":"u"', '"name":7')],
  ])('refuses %s without quoting it', (_, text) => {
    const check = () => checkKubeConfig(text);
    expect(check).toThrow(KubeConfigError);
    expect(check).not.toThrow(/s3cret/);
  });

  it('loads what it accepts', async () => {
    const loaded = await loadKubeConfig(
      config(
        { 'certificate-authority-data': 'QUJD', 'tls-server-name': 'kube' },
        { token: 's3cret', 'client-key-data': 'REVG' },
      ),
    );
    expect(loaded.getCurrentCluster()?.server).toBe('https://example.com');
    const options: RequestOptions = {};
    await loaded.applyToHTTPSOptions(options);
    expect(options).toEqual({
      ca: Buffer.from('ABC'),
      key: Buffer.from('DEF'),
      servername: 'kube',
      headers: { Authorization: 'Bearer s3cret' },
    });
  });
});
