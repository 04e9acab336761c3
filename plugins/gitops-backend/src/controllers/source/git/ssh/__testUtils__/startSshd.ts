import {
  ChildProcess,
  execFileSync,
  spawn,
  spawnSync,
} from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';

const SSHD = '/usr/sbin/sshd';

/** Whether OpenSSH's server and its key generator are on this machine. */
export const hasSshd = [
  [SSHD, '-V'],
  ['ssh-keygen', '-?'],
  ['git', '--version'],
].every(
  ([program, argument]) => spawnSync(program, [argument]).error === undefined,
);

export interface Sshd {
  port: number;
  /** The account that may log in. */
  user: string;
  /** A line for known_hosts. */
  knownHosts: string;
  stop(): Promise<void>;
}

/** Makes a key pair with ssh-keygen and gives the path of the private key. */
export function makeKey(
  directory: string,
  name: string,
  ...options: string[]
): string {
  const file = path.join(directory, name);
  const passphrase = options.includes('-N') ? [] : ['-N', ''];
  execFileSync(
    'ssh-keygen',
    ['-q', '-C', name, '-f', file, ...passphrase, ...options],
    { stdio: 'ignore' },
  );
  return file;
}

export interface SshdOptions {
  directory: string;
  hostKey: string;
  /** Type and key of its public half. */
  hostKeyLine: string;
  /** Lines of authorized_keys. */
  authorized: readonly string[];
  /** More lines of sshd_config. */
  config?: readonly string[];
}

const MOST_ATTEMPTS = 10;

/**
 * Starts OpenSSH's sshd on loopback, as whoever runs the tests, with one host
 * key. It cannot choose a port itself, so one that somebody else takes in the
 * meantime is given up for another.
 */
export async function startSshd(options: SshdOptions): Promise<Sshd> {
  if (process.getuid?.() === 0) {
    // Where Debian's service was never started, nobody has made this.
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  }
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = spawn(SSHD, ['-D', '-e', '-f', writeConfig(options, port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      await listening(server);
    } catch (error) {
      if (attempt < MOST_ATTEMPTS && `${error}`.includes('already in use')) {
        continue;
      }
      throw error;
    }
    return {
      port,
      user: userInfo().username,
      knownHosts: `[127.0.0.1]:${port} ${options.hostKeyLine}`,
      stop: () =>
        new Promise(resolve => {
          server.once('exit', () => resolve());
          server.kill();
        }),
    };
  }
}

function writeConfig(options: SshdOptions, port: number): string {
  const { directory, hostKey, authorized, config = [] } = options;
  const keys = path.join(directory, `authorized-${port}`);
  const file = path.join(directory, `sshd-${port}.conf`);
  writeFileSync(keys, `${authorized.join('\n')}\n`);
  writeFileSync(
    file,
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${keys}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      // Connections that tests abandon are no reason to refuse others.
      'MaxStartups 100',
      ...config,
      '',
    ].join('\n'),
  );
  return file;
}

function listening(server: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    server.stderr!.on('data', chunk => {
      said = (said + chunk).slice(-2_000);
      if (said.includes('Server listening on')) {
        resolve();
      }
    });
    server.once('error', reject);
    server.once('exit', code =>
      reject(new Error(`sshd ended with ${code}: ${said}`)),
    );
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
