import * as path from 'node:path';
import type { SandboxGit } from './git/gitServer';
import { startGitServer } from './git/gitServer';
import type { SandboxKubernetes } from './kubernetesApi';
import { startKubernetesApi } from './kubernetesApi';
import type { SandboxLogger } from './logger';
import type { SandboxRegistry } from './registry/registryServer';
import { startRegistry } from './registry/registryServer';
import type { SandboxS3 } from './s3/s3Server';
import { startS3Server } from './s3/s3Server';

/**
 * Options of {@link startSandbox}.
 *
 * @public
 */
export interface SandboxOptions {
  /** Where everything is kept: certificates, objects, repositories. */
  dataDir: string;
  /** The Kubernetes API; port 0 (default) takes any free one. */
  kubernetes?: { port?: number; host?: string };
  /** The Git server; port 0 (default) takes any free one. */
  git?: { port?: number; host?: string; tls?: boolean };
  /** The S3 server; port 0 (default) takes any free one. */
  s3?: { port?: number; host?: string; tls?: boolean };
  /** The registry of OCI artifacts; port 0 (default) takes any free one. */
  registry?: { port?: number; host?: string; tls?: boolean };
  /**
   * Whether Kubernetes objects survive a restart; repositories, buckets and
   * artifacts always do.
   */
  persist?: boolean;
  logger?: SandboxLogger;
}

/**
 * A running sandbox.
 *
 * @public
 */
export interface Sandbox {
  kubernetes: SandboxKubernetes;
  git: SandboxGit;
  s3: SandboxS3;
  registry: SandboxRegistry;
  /** Stops everything; files are kept. */
  stop(): Promise<void>;
}

/**
 * Starts a GitOps world on loopback for trying out and testing. When one part
 * cannot start, those that did are stopped again.
 *
 * @throws {@link SandboxError} `port-in-use`, `address-unavailable`
 * @public
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, logger } = options;
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.all(started.map(part => part.stop()));
  };
  const begin = async <T extends { stop(): Promise<void> }>(
    part: Promise<T>,
  ): Promise<T> => {
    const running = await part;
    started.push(running);
    return running;
  };
  try {
    const kubernetes = await begin(
      startKubernetesApi({
        ...options.kubernetes,
        dataDir: path.join(dataDir, 'kubernetes'),
        persist: options.persist,
        logger,
      }),
    );
    const git = await begin(
      startGitServer({
        ...options.git,
        dataDir: path.join(dataDir, 'git'),
        logger,
      }),
    );
    const s3 = await begin(
      startS3Server({
        ...options.s3,
        dataDir: path.join(dataDir, 's3'),
        logger,
      }),
    );
    const registry = await begin(
      startRegistry({
        ...options.registry,
        dataDir: path.join(dataDir, 'registry'),
        logger,
      }),
    );
    return { kubernetes, git, s3, registry, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
