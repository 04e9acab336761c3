import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClusterClient } from '../client/createClusterClient';
import { loadKubeConfig } from '../kubeconfig/loadKubeConfig';

/** How long etcd and the API server may take to come up. */
const START_TIMEOUT_MS = 120_000;

/**
 * A real API server without controllers, from the two programs in `assets`
 * (`etcd` and `kube-apiserver`, as Kubebuilder's envtest lays them out). All
 * it keeps is in a temporary folder.
 */
export async function startApiServer(assets: string): Promise<{
  kubeconfig: string;
  stop(): Promise<void>;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-apply-api-'));
  const processes: ChildProcess[] = [];
  const run = (program: string, args: string[]) => {
    const child = spawn(join(assets, program), args, {
      cwd: folder,
      stdio: 'ignore',
    });
    // A program that cannot be started is told by what waits for it.
    child.on('error', () => undefined);
    processes.push(child);
    return child;
  };
  const stop = async () => {
    for (const child of [...processes].reverse()) await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [clientPort, peerPort, apiPort] = await freePorts(3);
    const etcd = `http://127.0.0.1:${clientPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    run('etcd', [
      '--data-dir=etcd',
      '--unsafe-no-fsync',
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ]);
    const token = writeCredentials(folder);
    const server = run('kube-apiserver', [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      '--cert-dir=certs',
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-account-key-file=account.pub',
      '--service-account-signing-key-file=account.key',
      '--token-auth-file=tokens.csv',
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.0.0.0/24',
      // No controller makes the accounts that it would ask for.
      '--disable-admission-plugins=ServiceAccount',
    ]);
    const kubeconfig = kubeconfigOf(apiPort, token);
    await untilReady(kubeconfig, server);
    return { kubeconfig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Gives the token of an administrator. */
function writeCredentials(folder: string): string {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const token = randomBytes(16).toString('hex');
  const write = (name: string, text: string) =>
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  mkdirSync(join(folder, 'certs'));
  write('account.pub', publicKey);
  write('account.key', privateKey);
  write('tokens.csv', `${token},admin,admin,system:masters\n`);
  return token;
}

function kubeconfigOf(port: number, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'insecure-skip-tls-verify': true,
        },
      },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  });
}

async function untilReady(
  kubeconfig: string,
  server: ChildProcess,
): Promise<void> {
  const kubeConfig = await loadKubeConfig(kubeconfig, { allowInsecure: true });
  const client = createClusterClient({ kubeConfig });
  const deadline = Date.now() + START_TIMEOUT_MS;
  try {
    for (;;) {
      const answer = await client.raw('/readyz').catch(() => undefined);
      if (answer?.status === 200) return;
      if (server.pid === undefined || server.exitCode !== null) {
        throw new Error('kube-apiserver has ended; see KUBEBUILDER_ASSETS');
      }
      if (Date.now() > deadline) {
        throw new Error('kube-apiserver was not ready in time');
      }
      await sleep(200);
    }
  } finally {
    await client.close();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  if (child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  // Storage in a temporary folder has nothing to save.
  const forced = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(forced);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
