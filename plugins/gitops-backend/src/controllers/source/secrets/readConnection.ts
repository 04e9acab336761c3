import { createSecureContext } from 'node:tls';
import { InputError } from '@backstage/errors';
import {
  ConnectionSettings,
  SecretData,
} from '@backstage-gitops/plugin-gitops-node';

const PROXY_SCHEMES = ['http', 'https', 'socks5'];
/** Characters (Flux 2.9). */
const LONGEST_ADDRESS = 2048;

/** Keys of a Secret and what they were called once. */
const TLS_KEYS = {
  certificate: ['tls.crt', 'certFile'],
  privateKey: ['tls.key', 'keyFile'],
  ca: ['ca.crt', 'caFile'],
} as const;

/**
 * Reads certificates of a Secret: `tls.crt` with `tls.key`, `ca.crt`, or all three
 * (Flux 2.9, fluxcd/pkg runtime/secrets).
 *
 * @throws InputError
 */
export function readTls({
  name,
  data,
}: SecretData): NonNullable<ConnectionSettings['tls']> {
  const value = ([key, old]: readonly [string, string]) =>
    (data[key] ?? data[old])?.toString('utf8') || undefined;
  const certificate = value(TLS_KEYS.certificate);
  const privateKey = value(TLS_KEYS.privateKey);
  const ca = value(TLS_KEYS.ca);
  if (certificate && !privateKey) {
    throw new InputError(
      `secret '${name}' contains 'tls.crt' but missing 'tls.key'`,
    );
  }
  if (privateKey && !certificate) {
    throw new InputError(
      `secret '${name}' contains 'tls.key' but missing 'tls.crt'`,
    );
  }
  if (!certificate && !ca) {
    throw new InputError(
      `secret '${name}' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'`,
    );
  }
  if (certificate && !isUsable({ cert: certificate, key: privateKey })) {
    throw new InputError(
      `failed to parse TLS certificate and key: secret '${name}' has no PEM, or they do not belong together`,
    );
  }
  if (ca && !(ca.includes('-----BEGIN CERTIFICATE-----') && isUsable({ ca }))) {
    throw new InputError(
      `failed to parse CA certificate: secret '${name}' has no PEM in 'ca.crt'`,
    );
  }
  return { certificate, privateKey, ca };
}

/**
 * Reads a proxy of a Secret: `address`, and `username` with `password` where it
 * wants them (Flux 2.9).
 *
 * @throws InputError
 */
export function readProxy({
  name,
  data,
}: SecretData): NonNullable<ConnectionSettings['proxy']> {
  const refuse = (problem: string) =>
    new InputError(`secret '${name}': ${problem}`);
  if (!data.address) {
    throw refuse("key 'address' not found");
  }
  const address = data.address.toString('utf8').trim();
  if (address === '') {
    throw refuse('proxy address is empty');
  }
  if (address.length > LONGEST_ADDRESS) {
    throw refuse(
      `proxy URL exceeds maximum length of ${LONGEST_ADDRESS} characters`,
    );
  }
  if (!URL.canParse(address)) {
    // It is not quoted, for it may hold a password.
    throw refuse('failed to parse proxy address');
  }
  const scheme = new URL(address).protocol.slice(0, -1);
  if (!PROXY_SCHEMES.includes(scheme)) {
    throw refuse(
      `proxy URL must use one of the supported schemes (${PROXY_SCHEMES.join(', ')}), got '${scheme}'`,
    );
  }
  const username = data.username?.toString('utf8');
  return {
    address,
    ...(username !== undefined && {
      username,
      password: data.password?.toString('utf8') ?? '',
    }),
  };
}

function isUsable(options: Parameters<typeof createSecureContext>[0]): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
