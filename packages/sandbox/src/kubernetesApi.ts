import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import type { Server } from 'node:http';
import * as https from 'node:https';
import * as path from 'node:path';
import { Authorizer } from './access/authorization';
import type { TrustedIssuer } from './access/serviceAccountTokens';
import { ServiceAccountTokens } from './access/serviceAccountTokens';
import { ApiServer } from './api/apiServer';
import type { KubernetesFaults } from './api/faults';
import { FaultPlan } from './api/faults';
import type { RequestLog } from './api/requestLog';
import { BoundedRequestLog } from './api/requestLog';
import { systemClock } from './controllers/clock';
import { ControlPlane } from './controllers/controlPlane';
import { createKubeconfig } from './kubeconfig';
import { KindRegistry } from './kinds/registry';
import { close, listen } from './listen';
import type { SandboxLogger } from './logger';
import { PodLogs } from './logs/podLogs';
import { ObjectWriter } from './objects/objectWriter';
import { addressAllocator } from './objects/serviceAddresses';
import { FileJournal } from './storage/journal';
import { ObjectStore } from './storage/objectStore';
import { loadCertificates } from './tls/certificates';

/**
 * Options of {@link startKubernetesApi}.
 *
 * @public
 */
export interface KubernetesApiOptions {
  /** Where certificates, the kubeconfig and (with `persist`) objects are kept. */
  dataDir: string;
  /** 0 (default) takes any free port. */
  port?: number;
  /** A loopback address; `127.0.0.1` by default. */
  host?: string;
  /** Whether objects survive a restart; false by default. */
  persist?: boolean;
  /** How many changes a watch can go back; 10000 by default. */
  historyLimit?: number;
  /** How many requests are remembered; 10000 by default. */
  requestLimit?: number;
  logger?: SandboxLogger;
  /** Other clusters whose ServiceAccount tokens are taken. */
  trustedIssuers?: readonly TrustedIssuer[];
  /** For tests: the time of the API server. */
  now?: () => Date;
}

/**
 * A running Kubernetes API.
 *
 * @public
 */
export interface SandboxKubernetes {
  /** `https://127.0.0.1:<port>`. */
  url: string;
  port: number;
  /** File of a kubeconfig whose user may do everything. */
  kubeconfigPath: string;
  /** Its text. */
  kubeconfig: string;
  /** The certificate authority that signed the server's certificate, PEM. */
  caPem: string;
  /** A bearer token of the admin. */
  token: string;
  /** With which ServiceAccount tokens are signed, for a cluster that trusts this one. */
  serviceAccountKey: string;
  /** What was asked of the API. */
  requests: RequestLog;
  /** Faults to inject. */
  faults: KubernetesFaults;
  /** Number of open watches. */
  watchCount(): number;
  stop(): Promise<void>;
}

/**
 * Starts a Kubernetes API on loopback, for trying out and testing. It behaves
 * as kube-apiserver 1.34 does in what the package's README lists.
 *
 * @throws {@link SandboxError} `port-in-use`, `address-unavailable`
 * @public
 */
export async function startKubernetesApi(
  options: KubernetesApiOptions,
): Promise<SandboxKubernetes> {
  const { dataDir, logger } = options;
  const host = options.host ?? '127.0.0.1';
  const now = options.now ?? (() => new Date());
  fs.mkdirSync(dataDir, { recursive: true });
  const certificates = await loadCertificates(path.join(dataDir, 'tls'));
  const token = keptSecret(path.join(dataDir, 'admin-token'));
  const signingKey = keptSecret(path.join(dataDir, 'service-account-key'));

  const store = new ObjectStore({
    historyLimit: options.historyLimit,
    journal: options.persist
      ? new FileJournal(path.join(dataDir, 'objects'))
      : undefined,
  });
  const registry = new KindRegistry();
  const writer = new ObjectWriter({
    store,
    now,
    addresses: addressAllocator(store),
    randomUuid: randomUUID,
    randomSuffix,
  });
  const clock = systemClock(now);
  const logs = new PodLogs({ store, clock });
  const controllers = new ControlPlane({
    writer,
    registry,
    logger,
    clock,
    caPem: certificates.ca.certificate,
  });

  const requests = new BoundedRequestLog(options.requestLimit ?? 10_000);
  const faults = new FaultPlan(Math.random);
  const api = new ApiServer({
    writer,
    registry,
    logger,
    now,
    faults,
    logs,
    requests,
    adminToken: token,
    authorizer: new Authorizer(store),
    tokens: new ServiceAccountTokens({
      key: Buffer.from(signingKey),
      store,
      trusted: options.trustedIssuers,
      issuer: 'https://kubernetes.default.svc.cluster.local',
      now,
    }),
  });
  const server = https.createServer(
    {
      cert: certificates.server.certificate,
      key: certificates.server.privateKey,
      ca: certificates.ca.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      void api.handle(request, response);
    },
  ) as unknown as Server;
  let port: number;
  try {
    port = await listen(server, {
      port: options.port ?? 0,
      host,
      what: 'the Kubernetes API',
    });
  } catch (error) {
    store.close();
    throw error;
  }
  controllers.start();

  const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const kubeconfig = createKubeconfig({ url, certificates, token });
  const kubeconfigPath = path.join(dataDir, 'kubeconfig');
  fs.writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });
  logger?.info(`Sandbox Kubernetes API listens on ${url}`);

  return {
    url,
    port,
    kubeconfig,
    kubeconfigPath,
    token,
    serviceAccountKey: signingKey,
    requests,
    caPem: certificates.ca.certificate,
    faults: {
      inject: fault => faults.inject(fault),
      clear: () => faults.clear(),
      dropWatches: () => api.watches.drop(),
      stallWatches: () => api.watches.stall(),
      failGroup: service => faults.fail(service),
      expireWatches: () => api.watches.expire(),
      compact: () => store.compact(),
    },
    watchCount: () => api.watches.count,
    stop: async () => {
      controllers.stop();
      api.watches.close();
      logs.close();
      await close(server);
      store.close();
    },
  };
}

/** A random secret in a file, made when first asked for. */
function keptSecret(file: string): string {
  if (fs.existsSync(file)) return fs.readFileSync(file, 'utf8').trim();
  const secret = randomBytes(24).toString('base64url');
  fs.writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

// Without vowels and look-alikes, as the API server generates names.
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

function randomSuffix(): string {
  return Array.from(
    { length: 5 },
    () => SUFFIX_ALPHABET[randomInt(SUFFIX_ALPHABET.length)],
  ).join('');
}
