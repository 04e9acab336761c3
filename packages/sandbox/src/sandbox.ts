import * as path from 'node:path';
import type { SandboxGit } from './git/gitServer';
import { startGitServer } from './git/gitServer';
import type { SandboxKubernetes } from './kubernetesApi';
import { startKubernetesApi } from './kubernetesApi';
import type { SandboxLogger } from './logger';

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
  /** Whether Kubernetes objects survive a restart; repositories always do. */
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
  const kubernetes = await startKubernetesApi({
    ...options.kubernetes,
    dataDir: path.join(dataDir, 'kubernetes'),
    persist: options.persist,
    logger,
  });
  let git: SandboxGit;
  try {
    git = await startGitServer({
      ...options.git,
      dataDir: path.join(dataDir, 'git'),
      logger,
    });
  } catch (error) {
    await kubernetes.stop();
    throw error;
  }
  return {
    kubernetes,
    git,
    stop: async () => {
      await Promise.all([git.stop(), kubernetes.stop()]);
    },
  };
}
