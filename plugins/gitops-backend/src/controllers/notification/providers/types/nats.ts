import { isIP } from 'node:net';
import {
  ConnectionOptions,
  connect,
  credsAuthenticator,
  nkeyAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import {
  NotificationError,
  NotificationTarget,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { required } from '../post';

const PORT = 4222;

/** NATS: the event as a message. The address is one server or several, the channel a subject. */
export const nats: NotificationType = {
  type: 'nats',
  async send({ event }, target) {
    const subject = required(target.channel, 'subject; set spec.channel');
    const servers = required(
      target.address,
      "server; set spec.address, or the key 'address' of its Secret",
    );
    const connection = await connect({
      ...(await serversOf(servers, target)),
      ...authenticationOf(target),
      name: 'backstage-gitops',
      reconnect: false,
      ignoreClusterUpdates: true,
      maxReconnectAttempts: 0,
    }).catch(error => {
      throw failure(error);
    });
    const abort = () => void connection.close();
    target.signal.addEventListener('abort', abort);
    let refused: unknown;
    const watching = (async () => {
      for await (const status of connection.status()) {
        if (status.type === 'error') {
          refused = status.error;
        }
      }
    })();
    try {
      connection.publish(subject, JSON.stringify(event));
      // The server answers errors before it answers this.
      await connection.flush();
      await connection.close();
      await watching;
    } catch (error) {
      await connection.close().catch(() => {});
      throw failure(error);
    } finally {
      target.signal.removeEventListener('abort', abort);
    }
    if (refused !== undefined) {
      throw failure(refused);
    }
  },
};

async function serversOf(
  address: string,
  { guard, connection }: NotificationTarget,
): Promise<Pick<ConnectionOptions, 'servers' | 'tls'>> {
  const servers: string[] = [];
  let isEncrypted = connection.tls !== undefined;
  for (const each of address.split(',').map(part => part.trim())) {
    const url = /^[a-z]+:\/\//i.test(each) ? each : `nats://${each}`;
    const parsed = URL.canParse(url.replace(/^\w+:/, 'http:'))
      ? new URL(url.replace(/^\w+:/, 'http:'))
      : undefined;
    if (!parsed || !/^(nats|tls):/i.test(url)) {
      throw new NotificationError(
        'NOTIFICATION_MISCONFIGURED',
        'the address of the Provider is none of NATS (nats://<host>:<port> or tls://<host>:<port>); correct spec.address',
      );
    }
    isEncrypted ||= /^tls:/i.test(url);
    const { hostname } = parsed;
    const port = Number(parsed.port || PORT);
    const [found] = await guard.resolve(hostname.replace(/^\[|\]$/g, ''), port);
    // A certificate is for the name; without one the address that was looked at is taken.
    const host =
      isEncrypted || isIP(hostname) !== 0 ? hostname : bracketed(found.address);
    servers.push(`${host}:${port}`);
  }
  const { ca, certificate, privateKey } = connection.tls ?? {};
  return {
    servers,
    ...(isEncrypted && {
      tls: { ca, cert: certificate, key: privateKey, handshakeFirst: false },
    }),
  };
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

function authenticationOf({
  secret,
  username,
  password,
}: NotificationTarget): Pick<ConnectionOptions, 'authenticator'> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const creds = secret('creds');
  if (creds) {
    return { authenticator: credsAuthenticator(encode(creds)) };
  }
  const seed = secret('nkey')?.trim();
  if (seed) {
    return { authenticator: nkeyAuthenticator(encode(seed)) };
  }
  return username && password
    ? { authenticator: usernamePasswordAuthenticator(username, password) }
    : {};
}

/** What the server refuses, it refuses again. */
function failure(error: unknown): NotificationError {
  const name = error instanceof Error ? error.name : '';
  const isRefusal = /Authorization|Permission|InvalidSubject/.test(name);
  return new NotificationError(
    isRefusal ? 'NOTIFICATION_REFUSED' : 'NOTIFICATION_UNDELIVERED',
    `NATS: ${error instanceof Error ? error.message : String(error)}`,
  );
}
