import { Config, readDurationFromConfig } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds } from '@backstage/types';
import { availableParallelism } from 'node:os';
import { PruneBounds } from '@backstage-gitops/kubernetes-apply';
import { S3StorageConfig } from '../artifacts/openArtifactStorage';
import { HomeMode } from '../homes/Home';
import { RegistryMirror } from '../registries/mirrors';
import { VaultSettings } from '../secrets/sops/vault/VaultKeyService';
import { WorkerSettings } from '../workers/ManifestBuilder';
import { readRegistryMirrors } from './readRegistryMirrors';
import { readS3Storage } from './readS3Storage';
import { readVaultSettings } from './readVaultSettings';

/** How to reach a home. */
export type HomeAccess =
  | { type: 'kubeconfig'; path: string; context?: string; allowExec: boolean }
  | { type: 'inCluster' }
  | { type: 'url'; url: string; token?: string; caData?: string };

/** One entry of `gitops.homes`. */
export interface HomeConfig {
  name: string;
  mode: HomeMode;
  access: HomeAccess;
  installCrds: boolean;
  /** Where the Lease is by which the portal claims the home. */
  leaseNamespace: string;
  defaultServiceAccount?: string;
  allowPortalCredential: boolean;
  /** From when on a prune is held for approval; Flux has no such bounds. */
  pruneBounds?: Partial<PruneBounds>;
  /** UID of the namespace kube-system of the cluster that it must be. */
  clusterUid?: string;
  /** Key that events of Flux's controllers are signed with; without it none is taken. */
  eventsToken?: string;
}

/** The `gitops` section of app-config, with defaults. Times in milliseconds. */
export interface GitopsConfig {
  homes: HomeConfig[];
  artifacts: {
    directory: string;
    maxSize: number;
    maxFiles: number;
    /** Of one object, the present one included. */
    keep: number;
    /** Instead of the directory. */
    s3?: S3StorageConfig;
  };
  /** Hosts and networks that sources may be in; see NetworkGuard. */
  network: { allow: string[]; only?: string[] };
  /** Of registries of OCI artifacts. */
  registryMirrors?: readonly RegistryMirror[];
  concurrency: {
    source: number;
    kustomize: number;
    helm: number;
    image: number;
  };
  pollMs: number;
  leaseMs: number;
  /** How long a claim on a home lives that nobody renews. */
  homeLeaseMs: number;
  historyMs: number;
  noCrossNamespaceRefs: boolean;
  /** What others change of applied objects makes their delivery due. */
  watchDrift: boolean;
  /** Label selector of ConfigMaps and Secrets that wake what refers to them. */
  watchConfigs?: string;
  /** Dependencies with an expression have to be ready as well. */
  additiveReadyExpr: boolean;
  /** Deliveries may hold Flux's own controllers. */
  allowFluxControllers: boolean;
  /** A variable without value and default fails a build. */
  strictSubstitution: boolean;
  /** An encrypted file that was changed fails a build. */
  strictMac: boolean;
  /** Servers of Vault that encrypted files may name. Default none. */
  vault?: VaultSettings;
  /** What kubeconfigs of Secrets may ask for. */
  targets?: { allowExec: boolean; allowInsecure: boolean };
  /** Threads for heavy work; without it, it is done on the event loop. */
  workers?: WorkerSettings;
}

/** Characters. */
const SHORTEST_TOKEN = 16;
const HOME_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Reads and checks `gitops`; errors name the key. */
export function readGitopsConfig(
  root: Config,
  host: { cpus: number } = { cpus: availableParallelism() },
): GitopsConfig {
  const config = root.getOptionalConfig('gitops');
  const homes = (config?.getOptionalConfigArray('homes') ?? []).map(home =>
    readHome(home, readPruneBounds(config, 'gitops')),
  );
  const names = new Set<string>();
  for (const { name } of homes) {
    if (names.has(name)) {
      throw new InputError(`gitops.homes has two homes of the name '${name}'`);
    }
    names.add(name);
  }
  const duration = (key: string, fallback: number): number =>
    config?.has(key)
      ? durationToMilliseconds(readDurationFromConfig(config, { key }))
      : fallback;
  return {
    homes,
    artifacts: {
      directory:
        config?.getOptionalString('artifacts.directory') ?? '.data/artifacts',
      maxSize:
        config?.getOptionalNumber('artifacts.maxSize') ?? 512 * 1024 * 1024,
      maxFiles: readCount(config, 'artifacts.maxFiles', {
        fallback: 100_000,
        least: 1,
      }),
      // Flux: --artifact-retention-records.
      keep: readCount(config, 'artifacts.keep', { fallback: 2, least: 1 }),
      ...(config?.has('artifacts.s3') && {
        s3: readS3Storage(config.getConfig('artifacts.s3')),
      }),
    },
    network: {
      allow: config?.getOptionalStringArray('network.allow') ?? [],
      only: config?.getOptionalStringArray('network.only'),
    },
    ...(config?.has('registries.mirrors') && {
      registryMirrors: readRegistryMirrors(config),
    }),
    concurrency: {
      source: readConcurrency(config, 'source'),
      kustomize: readConcurrency(config, 'kustomize'),
      helm: readConcurrency(config, 'helm'),
      image: readConcurrency(config, 'image'),
    },
    pollMs: duration('engine.pollInterval', 1_000),
    leaseMs: duration('engine.lease', 30_000),
    homeLeaseMs: readHomeLease(duration('engine.homeLease', 30_000)),
    historyMs: duration('engine.history', 30 * 24 * 3_600_000),
    noCrossNamespaceRefs:
      config?.getOptionalBoolean('security.noCrossNamespaceRefs') ?? false,
    watchDrift: config?.getOptionalBoolean('kustomize.watchDrift') ?? true,
    ...((config?.getOptionalBoolean('kustomize.watchConfigs') ?? true) && {
      watchConfigs:
        config?.getOptionalString('kustomize.watchConfigsSelector') ??
        'reconcile.fluxcd.io/watch=Enabled',
    }),
    additiveReadyExpr:
      config?.getOptionalBoolean('kustomize.additiveReadyExpr') ?? false,
    allowFluxControllers:
      config?.getOptionalBoolean('kustomize.allowFluxControllers') ?? false,
    strictSubstitution:
      config?.getOptionalBoolean('kustomize.strictSubstitution') ?? true,
    strictMac: config?.getOptionalBoolean('kustomize.strictMac') ?? false,
    vault: readVaultSettings(config),
    targets: {
      allowExec: config?.getOptionalBoolean('targets.allowExec') ?? false,
      allowInsecure:
        config?.getOptionalBoolean('targets.allowInsecureTls') ?? false,
    },
    workers: {
      // One is left to the event loop.
      threads: readCount(config, 'engine.workers', {
        fallback: Math.max(1, host.cpus - 1),
        least: 0,
      }),
      timeoutMs: readTimeout(duration('engine.workerTimeout', 120_000)),
      memoryMb: readCount(config, 'engine.workerMemory', {
        fallback: 512,
        least: 64,
      }),
    },
  };
}

function readHomeLease(ms: number): number {
  // It is renewed three times as often, and a request may take seconds.
  if (ms < 10_000 || ms > 600_000) {
    throw new InputError(
      'gitops.engine.homeLease must be between ten seconds and ten minutes',
    );
  }
  return ms;
}

function readTimeout(ms: number): number {
  // Node turns what a timer cannot hold into one millisecond.
  if (ms < 1_000 || ms > 2 ** 31 - 1) {
    throw new InputError(
      'gitops.engine.workerTimeout must be between one second and 24 days',
    );
  }
  return ms;
}

function readConcurrency(
  config: Config | undefined,
  controller: string,
): number {
  const key = `engine.concurrency.${controller}`;
  return readCount(config, key, { fallback: 4, least: 1 });
}

function readCount(
  config: Config | undefined,
  key: string,
  { fallback, least }: { fallback: number; least: number },
): number {
  const value = config?.getOptionalNumber(key) ?? fallback;
  if (!Number.isInteger(value) || value < least) {
    throw new InputError(
      `gitops.${key} is ${value}; it must be a whole number of at least ${least}`,
    );
  }
  return value;
}

/** `prune` of a home wins, field by field, over that of `gitops`. */
function readPruneBounds(
  config: Config | undefined,
  where: string,
): Partial<PruneBounds> {
  const maxObjects = config?.getOptionalNumber('prune.objects');
  if (
    maxObjects !== undefined &&
    !(Number.isInteger(maxObjects) && maxObjects >= 0)
  ) {
    throw new InputError(
      `${where}.prune.objects is ${maxObjects}; it must be a whole number of at least 0`,
    );
  }
  const maxShare = config?.getOptionalNumber('prune.share');
  if (maxShare !== undefined && !(maxShare >= 0 && maxShare <= 1)) {
    throw new InputError(
      `${where}.prune.share is ${maxShare}; it must be a number from 0 to 1, such as 0.5 for half of an inventory`,
    );
  }
  return {
    ...(maxObjects !== undefined && { maxObjects }),
    ...(maxShare !== undefined && { maxShare }),
  };
}

function readHome(config: Config, bounds: Partial<PruneBounds>): HomeConfig {
  const name = config.getString('name');
  if (!HOME_NAME.test(name)) {
    throw new InputError(
      `gitops.homes: the name '${name}' must consist of lower case letters, digits and dashes`,
    );
  }
  const mode = config.getOptionalString('mode') ?? 'observe';
  if (mode !== 'observe' && mode !== 'plan' && mode !== 'reconcile') {
    throw new InputError(
      `gitops.homes: mode of '${name}' is '${mode}'; it must be 'observe', 'plan' or 'reconcile'`,
    );
  }
  return {
    name,
    mode,
    access: readAccess(config, name),
    installCrds:
      mode === 'reconcile' &&
      (config.getOptionalBoolean('installCrds') ?? true),
    leaseNamespace: config.getOptionalString('lease.namespace') ?? 'default',
    defaultServiceAccount: config.getOptionalString(
      'reconcileAs.serviceAccount',
    ),
    allowPortalCredential:
      config.getOptionalBoolean('reconcileAs.portal') ?? false,
    pruneBounds: {
      ...bounds,
      ...readPruneBounds(config, `gitops.homes: '${name}'`),
    },
    clusterUid: config.getOptionalString('clusterUid'),
    ...(config.has('events.token') && {
      eventsToken: readEventsToken(config, name),
    }),
  };
}

function readEventsToken(config: Config, name: string): string {
  const token = config.getString('events.token');
  if (token.length < SHORTEST_TOKEN) {
    throw new InputError(
      `gitops.homes: events.token of '${name}' is shorter than ${SHORTEST_TOKEN} characters; whoever guesses it tells the portal what happened`,
    );
  }
  return token;
}

function readAccess(config: Config, name: string): HomeAccess {
  const kubeconfig = config.getOptionalConfig('kubeconfig');
  const url = config.getOptionalString('url');
  const inCluster = config.getOptionalBoolean('inCluster') ?? false;
  if (
    [kubeconfig !== undefined, url !== undefined, inCluster].filter(Boolean)
      .length !== 1
  ) {
    throw new InputError(
      `gitops.homes: '${name}' must have exactly one of kubeconfig, url and inCluster: true`,
    );
  }
  if (kubeconfig) {
    return {
      type: 'kubeconfig',
      path: kubeconfig.getString('path'),
      context: kubeconfig.getOptionalString('context'),
      allowExec: kubeconfig.getOptionalBoolean('allowExec') ?? false,
    };
  }
  if (url) {
    return {
      type: 'url',
      url,
      token: config.getOptionalString('token'),
      caData: config.getOptionalString('caData'),
    };
  }
  return { type: 'inCluster' };
}
