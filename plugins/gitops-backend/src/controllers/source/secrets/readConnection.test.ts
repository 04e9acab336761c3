import { startS3Server } from '@backstage-gitops/sandbox';
import { readProxy, readTls } from './readConnection';

const secret = (data: Record<string, string>) => ({
  name: 'team/tls',
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]),
  ),
});

describe('readTls', () => {
  let ca: string;
  let certificate: string;
  let privateKey: string;

  beforeAll(async () => {
    // For its certificates only.
    const server = await startS3Server({ tls: true });
    ca = server.caPem!;
    ({ certificate, privateKey } = server.clientCertificate!);
    await server.stop();
  });

  it('reads a CA, a pair, or both, by their names or older ones', () => {
    expect(readTls(secret({ 'ca.crt': ca }))).toEqual({ ca });
    expect(
      readTls(
        secret({ 'tls.crt': certificate, 'tls.key': privateKey, 'ca.crt': ca }),
      ),
    ).toEqual({ certificate, privateKey, ca });
    expect(
      readTls(
        secret({ certFile: certificate, keyFile: privateKey, caFile: ca }),
      ),
    ).toEqual({ certificate, privateKey, ca });
  });

  it.each<[() => Record<string, string>, string]>([
    [
      () => ({ 'tls.crt': certificate }),
      "secret 'team/tls' contains 'tls.crt' but missing 'tls.key'",
    ],
    [
      () => ({ 'tls.key': privateKey }),
      "secret 'team/tls' contains 'tls.key' but missing 'tls.crt'",
    ],
    [
      () => ({}),
      "secret 'team/tls' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'",
    ],
    [() => ({ 'ca.crt': 'x' }), 'failed to parse CA certificate'],
    [
      () => ({ 'tls.crt': 'x', 'tls.key': 'y' }),
      'failed to parse TLS certificate and key',
    ],
    [
      () => ({ 'tls.crt': ca, 'tls.key': privateKey }),
      'failed to parse TLS certificate and key',
    ],
  ])('refuses %s', (data, message) => {
    expect(() => readTls(secret(data()))).toThrow(message);
  });
});

describe('readProxy', () => {
  it('reads an address and who asks', () => {
    expect(readProxy(secret({ address: 'http://proxy:3128\n' }))).toEqual({
      address: 'http://proxy:3128',
    });
    expect(
      readProxy(
        secret({ address: 'socks5://p:1', username: 'u', password: 'w' }),
      ),
    ).toEqual({ address: 'socks5://p:1', username: 'u', password: 'w' });
  });

  it.each([
    [{}, "secret 'team/tls': key 'address' not found"],
    [{ address: '' }, 'proxy address is empty'],
    [{ address: 'http://u:hunter2@[' }, 'failed to parse proxy address'],
    [
      { address: 'ftp://proxy' },
      "proxy URL must use one of the supported schemes (http, https, socks5), got 'ftp'",
    ],
    [
      { address: `http://${'x'.repeat(2048)}` },
      'exceeds maximum length of 2048 characters',
    ],
  ])('refuses %j', (data, message) => {
    let failure: unknown;
    try {
      readProxy(secret(data as Record<string, string>));
    } catch (error) {
      failure = error;
    }
    expect(String(failure)).toContain(message);
    expect(String(failure)).not.toContain('hunter2');
  });
});
