import { NetworkError } from '@backstage-gitops/plugin-gitops-node';
import { isOfThisMachine, mayTryHttp } from './schemes';

describe('isOfThisMachine', () => {
  it.each(['localhost', 'localhost:5000', '127.0.0.1:5000', '[::1]:5000'])(
    'is %s',
    registry => {
      expect(isOfThisMachine(registry)).toBe(true);
    },
  );

  it.each(['ghcr.io', '10.0.0.1:5000', 'localhost.test', '127.0.0.1.test'])(
    'is not %s',
    registry => {
      expect(isOfThisMachine(registry)).toBe(false);
    },
  );
});

describe('mayTryHttp', () => {
  it.each([
    ['GITOPS_NETWORK_UNREACHABLE', 'refused (ECONNREFUSED)', true, true],
    ['GITOPS_NETWORK_TLS', 'failed (ERR_SSL_WRONG_VERSION_NUMBER)', true, true],
    ['GITOPS_NETWORK_TLS', 'failed (CERT_HAS_EXPIRED)', false, true],
    ['GITOPS_NETWORK_REFUSED', 'refused', false, false],
  ] as const)('after %s, %s', (code, message, secure, insecure) => {
    const error = new NetworkError(code, message);
    expect(mayTryHttp(error, false)).toBe(secure);
    expect(mayTryHttp(error, true)).toBe(insecure);
  });
});
