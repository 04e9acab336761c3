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
export { startKubernetesApi } from './kubernetes-api';
export type { KubernetesApiOptions, SandboxKubernetes } from './kubernetes-api';
export type { SandboxLogger } from './logger';
