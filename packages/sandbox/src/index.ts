/**
 * A GitOps world on loopback for trying out and testing: a small Kubernetes
 * API, a Git server, an S3 server and a registry of OCI artifacts.
 *
 * @packageDocumentation
 */
export type { TrustedIssuer } from './access/serviceAccountTokens';
export type { Fault, KubernetesFaults } from './api/faults';
export type { RecordedRequest, RequestLog } from './api/requestLog';
export { SandboxError } from './errors';
export type { SandboxErrorCode } from './errors';
export { startGitServer } from './git/gitServer';
export type {
  GitServerOptions,
  SandboxGit,
  SandboxRepository,
} from './git/gitServer';
export type { GitAuthor, GitCommitOptions, GitFiles } from './git/repository';
export type { GitAccess, GitRequest } from './git/repositoryHost';
export { startKubernetesApi } from './kubernetesApi';
export type { KubernetesApiOptions, SandboxKubernetes } from './kubernetesApi';
export type {
  RegistryAccount,
  RegistryAuthentication,
} from './registry/access';
export type {
  RegistryFault,
  RegistryFaults,
  RegistryRequest,
} from './registry/faults';
export { startRegistry } from './registry/registryServer';
export type {
  PushedImage,
  PushedLayer,
  RegistryOptions,
  SandboxRegistry,
} from './registry/registryServer';
export type { AnonymousAccess } from './s3/bucketStore';
export type { S3Fault, S3Faults, S3Request } from './s3/faults';
export { startS3Server } from './s3/s3Server';
export type { S3ServerOptions, SandboxS3 } from './s3/s3Server';
export type { S3Account } from './s3/signature';
export type { SandboxLogger } from './logger';
export { startSandbox } from './sandbox';
export type { Sandbox, SandboxOptions } from './sandbox';
export { createCertificates } from './tls/certificates';
export type { Certificates } from './tls/certificates';
