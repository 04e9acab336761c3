import { connect, Socket } from 'node:net';
import { ConnectionGuard } from '@backstage-gitops/plugin-gitops-node';
import { Client, ClientChannel, ClientErrorExtensions, ParsedKey } from 'ssh2';
import { GitError, translateNetworkError } from '../GitError';
import { hostKeyAlgorithms, SSH_ALGORITHMS } from './algorithms';
import { fingerprintOf, HostKeyVerdict, KnownHosts } from './KnownHosts';
import { LEAST_RSA_BITS } from './privateKey';
import { printable } from './printable';
import { describeSshHost, SshAddress } from './sshAddress';
import { rsaBits } from './sshWire';

/** What a connection needs. Nothing of the key ever reaches a message. */
export interface SshConnectionOptions {
  address: SshAddress;
  key: ParsedKey;
  knownHosts: KnownHosts;
  /** Ends everything under way. */
  signal: AbortSignal;
  /** Milliseconds until the server must have let us in; 30 s if left out. */
  connectTimeout?: number;
  /** Which hosts may be connected to. */
  guard: ConnectionGuard;
}

const CONNECT_TIMEOUT = 30_000;

type ConnectionError = Error & ClientErrorExtensions & { code?: unknown };

const VERDICTS: Record<Exclude<HostKeyVerdict, 'known'>, string> = {
  unknown: "is of a host that 'known_hosts' does not name",
  changed:
    "differs from those in 'known_hosts'; somebody may be listening in, or the server's keys were renewed",
  revoked: "is revoked in 'known_hosts'",
  authority:
    "is to be proved by an authority (@cert-authority) according to 'known_hosts', which is not supported; add the key of the host itself",
};

/**
 * A connection to a server whose key is known, with our key. It runs commands
 * and nothing else: no agent, no forwarding, no shell, no configuration of this
 * machine's user.
 */
export class SshConnection {
  private readonly client: Client;
  private readonly where: string;
  private readonly stop: () => void;
  private isOpen = true;

  private constructor(client: Client, where: string, stop: () => void) {
    this.client = client;
    this.where = where;
    this.stop = stop;
    client.once('close', () => {
      this.isOpen = false;
    });
  }

  /** @throws GitError, or what the signal was aborted with */
  static async open(options: SshConnectionOptions): Promise<SshConnection> {
    const { address, signal } = options;
    signal.throwIfAborted();
    const addresses = await options.guard
      .resolve(address.host, address.port)
      .catch(error => {
        throw translateNetworkError(error);
      });
    signal.throwIfAborted();
    const socket = connect({
      host: address.host,
      port: address.port,
      autoSelectFamily: true,
      lookup: (_host, _options, callback) => callback(null, addresses),
    });
    const client = new Client();
    const stop = () => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
    };
    signal.addEventListener('abort', stop);
    socket.once('close', stop);
    try {
      await handshake(client, socket, options);
    } catch (error) {
      stop();
      throw error;
    }
    return new SshConnection(client, describeSshHost(address), stop);
  }

  /** Whether the server can still be asked. */
  get open(): boolean {
    return this.isOpen;
  }

  /** @throws GitError `GIT_UNREACHABLE` */
  exec(
    command: string,
    environment: Record<string, string>,
  ): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(
          new GitError(
            'GIT_UNREACHABLE',
            `${this.where} runs no command: ${printable(error.message)}`,
          ),
        );
      try {
        this.client.exec(command, { env: environment }, (error, channel) =>
          error ? fail(error) : resolve(channel),
        );
      } catch (error) {
        fail(error as Error);
      }
    });
  }

  close(): void {
    this.stop();
  }
}

function handshake(
  client: Client,
  socket: Socket,
  options: SshConnectionOptions,
): Promise<void> {
  const { address, key, knownHosts, signal } = options;
  let refusal: string | undefined;
  let offered = false;
  return new Promise((resolve, reject) => {
    const fail = (error: ConnectionError) =>
      reject(
        signal.aborted ? signal.reason : failureOf(error, address, refusal),
      );
    // Stays, so that what fails later is no unhandled event.
    client.on('error', fail);
    client.once('close', () => fail(new Error('the server hung up')));
    client.once('ready', resolve);
    try {
      client.connect({
        sock: socket,
        username: address.user,
        readyTimeout: options.connectTimeout ?? CONNECT_TIMEOUT,
        algorithms: {
          ...SSH_ALGORITHMS,
          serverHostKey: hostKeyAlgorithms(knownHosts.keyTypes(address)),
        },
        hostVerifier: (shown: Buffer) => {
          const reason = refusalOf(shown, address, knownHosts);
          refusal = reason && `(${fingerprintOf(shown)}) ${reason}`;
          return refusal === undefined;
        },
        authHandler: (_methods, _partial, next) => {
          const again = offered;
          offered = true;
          // The library takes false for "nothing more", unlike its types.
          const done = next as (method: unknown) => void;
          done(
            again ? false : { type: 'publickey', username: address.user, key },
          );
        },
      });
    } catch (error) {
      fail(error as ConnectionError);
    }
  });
}

function refusalOf(
  shown: Buffer,
  address: SshAddress,
  knownHosts: KnownHosts,
): string | undefined {
  const verdict = knownHosts.check(address, shown);
  if (verdict !== 'known') {
    return VERDICTS[verdict];
  }
  const bits = rsaBits(shown);
  return bits !== undefined && bits < LEAST_RSA_BITS
    ? `is an RSA key of ${bits} bits, fewer than the ${LEAST_RSA_BITS} that are safe`
    : undefined;
}

function failureOf(
  error: ConnectionError,
  address: SshAddress,
  refusal: string | undefined,
): GitError {
  const host = describeSshHost(address);
  if (refusal !== undefined) {
    return new GitError(
      'GIT_HOST_KEY',
      `the key that ${host} shows ${refusal}`,
    );
  }
  switch (error.level) {
    case 'client-authentication':
      return new GitError(
        'GIT_AUTHENTICATION',
        `${host} does not let in user '${address.user}' with the key 'identity' of the Secret in spec.secretRef; add its public key there`,
      );
    case 'client-timeout':
      return new GitError(
        'GIT_UNREACHABLE',
        `${host} does not answer as an SSH server in time`,
      );
    case 'client-socket':
      return new GitError(
        'GIT_UNREACHABLE',
        `${host} cannot be reached: ${printable(String(error.code ?? error.message))}`,
      );
    default:
      return new GitError(
        'GIT_UNREACHABLE',
        `no SSH connection with ${host}: ${printable(error.message)}`,
      );
  }
}
