import { assertError } from '@backstage/errors';
import {
  parseDocuments,
  isJsonObject,
} from '@backstage-gitops/kubernetes-yaml';
import {
  Alert,
  durationToMs,
  Provider,
} from '@backstage-gitops/plugin-gitops-common';
import {
  CloudServiceAccount,
  ConnectionGuard,
  ConnectionSettings,
  HttpConnections,
  Notification,
  NotificationError,
  NotificationTarget,
  SecretData,
} from '@backstage-gitops/plugin-gitops-node';
import { Home } from '../../../homes/Home';
import { NamespaceReader } from '../../source/NamespaceReader';
import { findServiceAccount } from '../../source/secrets/findServiceAccount';
import { readProxy, readTls } from '../../source/secrets/readConnection';
import { readSecret } from '../../source/secrets/readSecret';
import { CloudTokens } from './CloudTokens';
import { commitStatusOf } from './commits/commitStatusName';
import { SecretWords } from './SecretWords';

/** Characters (Flux 2.9). */
const LONGEST_ADDRESS = 2_048;
const DEFAULT_TIMEOUT_MS = 15_000;
/** A notification is not worth more. */
const LONGEST_TIMEOUT_MS = 10 * 60_000;
const TLS_KEYS = [
  'tls.crt',
  'tls.key',
  'ca.crt',
  'certFile',
  'keyFile',
  'caFile',
];

/** A {@link NotificationTarget} that is let go of after use. */
export interface OpenTarget extends NotificationTarget {
  /** Takes what is secret out of a text. */
  mask(text: string): string;
  close(): void;
}

/**
 * Reads a Provider's Secrets, now, and connects as it says.
 *
 * @throws NotificationError
 */
export async function openTarget(options: {
  home: Home;
  provider: Provider;
  alert: Alert | undefined;
  notification: Notification;
  connections: HttpConnections;
  guard: ConnectionGuard;
  tokens: CloudTokens;
  /** Fires when the process ends. */
  signal: AbortSignal;
  now: () => number;
}): Promise<OpenTarget> {
  const { home, provider, connections, guard, now } = options;
  const { spec, metadata } = provider;
  const { namespace = 'default' } = metadata;
  const signal = AbortSignal.any([
    options.signal,
    AbortSignal.timeout(timeoutOf(provider)),
  ]);
  const reader = new NamespaceReader(home, namespace, signal);
  const read = (ref: { name: string } | undefined) =>
    ref && readSecret(reader, namespace, ref.name);
  const [secret, certificates, proxySecret] = await Promise.all([
    read(spec.secretRef),
    read(spec.certSecretRef),
    read(spec.proxySecretRef),
  ]);
  const value = (key: string): string | undefined =>
    secret && Object.hasOwn(secret.data, key)
      ? secret.data[key].toString('utf8')
      : undefined;
  const address = (value('address') ?? spec.address ?? '').trim();
  if (address.length > LONGEST_ADDRESS) {
    throw misconfigured(
      `the address in Secret ${secret?.name} is longer than ${LONGEST_ADDRESS} characters`,
    );
  }
  return asMisconfigured(() => {
    const connection = connectionOf(
      provider,
      secret,
      certificates,
      proxySecret,
    );
    const client = connections.open(connection);
    const words = new SecretWords([
      ...[secret, certificates, proxySecret].flatMap(each =>
        Object.values(each?.data ?? {}).map(String),
      ),
      ...[spec.address ?? '', spec.proxy ?? ''],
    ]);
    return {
      ...{ provider, address, connection, client, guard, signal, now },
      channel: spec.channel ?? '',
      username: value('username') || spec.username || '',
      password: value('password') ?? '',
      token: (value('token') ?? '').trim(),
      headers: headersOf(value('headers')),
      secret: value,
      commitStatus: commitStatusOf(
        provider,
        options.alert,
        options.notification.event,
      ),
      cloudToken: async (cloud, scope, credentials) =>
        options.tokens.get({
          ...{ cloud, scope, credentials, connection, signal, now },
          ...{ home: home.name, http: client },
          serviceAccount: await readServiceAccount(
            reader,
            namespace,
            spec.serviceAccountName,
          ),
        }),
      mask: text => words.mask(text),
      close: () => client.release(),
    };
  });
}

/** Its absence must not make the portal's identity count. */
async function readServiceAccount(
  reader: NamespaceReader,
  namespace: string,
  name: string | undefined,
): Promise<CloudServiceAccount | undefined> {
  const account = name && (await findServiceAccount(reader, namespace, name));
  if (name && !account) {
    throw misconfigured(
      `ServiceAccount ${namespace}/${name} not found; create it or correct spec.serviceAccountName`,
    );
  }
  return account || undefined;
}

function timeoutOf({ spec }: Provider): number {
  const wanted = spec.timeout ? durationToMs(spec.timeout) : DEFAULT_TIMEOUT_MS;
  return Math.min(wanted, LONGEST_TIMEOUT_MS);
}

function connectionOf(
  { spec }: Provider,
  secret: SecretData | undefined,
  certificates: SecretData | undefined,
  proxySecret: SecretData | undefined,
): ConnectionSettings {
  // Certificates once stood beside the token.
  const withTls =
    certificates ??
    (secret && TLS_KEYS.some(key => Object.hasOwn(secret.data, key))
      ? secret
      : undefined);
  const older = secret?.data.proxy?.toString('utf8').trim() || spec.proxy;
  return {
    ...(withTls && { tls: readTls(withTls) }),
    ...(proxySecret
      ? { proxy: readProxy(proxySecret) }
      : older && {
          proxy: readProxy({
            name: secret?.name ?? 'spec.proxy',
            data: { address: Buffer.from(older) },
          }),
        }),
  };
}

function headersOf(text: string | undefined): Record<string, string> {
  if (!text?.trim()) {
    return {};
  }
  const [document] = parseDocuments(text);
  const value: unknown = document?.value;
  if (!isJsonObject(value)) {
    throw misconfigured("the key 'headers' of the Secret is no YAML mapping");
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (
        /[\r\n\0]/.test(`${name}${each}`) ||
        !/^[\w!#$%&'*+.^`|~-]+$/.test(name)
      ) {
        throw misconfigured("the key 'headers' of the Secret holds no headers");
      }
      return [name, String(each)];
    }),
  );
}

function misconfigured(message: string): NotificationError {
  return new NotificationError('NOTIFICATION_MISCONFIGURED', message);
}

function asMisconfigured<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    assertError(error);
    throw error instanceof NotificationError
      ? error
      : new NotificationError('NOTIFICATION_MISCONFIGURED', error.message, {
          cause: error,
        });
  }
}
