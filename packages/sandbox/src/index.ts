/**
 * A GitOps world on loopback for trying out and testing: a small Kubernetes
 * API and a Git server.
 *
 * @packageDocumentation
 */
export type { Fault, KubernetesFaults } from './api/faults';
export type { RecordedRequest, RequestLog } from './api/request-log';
export { SandboxError } from './errors';
export type { SandboxErrorCode } from './errors';
export { startGitServer } from './git/git-server';
export type {
  GitServerOptions,
  SandboxGit,
  SandboxRepository,
} from './git/git-server';
export type { GitAuthor, GitCommitOptions, GitFiles } from './git/repository';
export type { GitAccess, GitRequest } from './git/repository-host';
export { startKubernetesApi } from './kubernetes-api';
export type { KubernetesApiOptions, SandboxKubernetes } from './kubernetes-api';
export type { SandboxLogger } from './logger';
export { startSandbox } from './sandbox';
export type { Sandbox, SandboxOptions } from './sandbox';
