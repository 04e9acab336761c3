import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as path from 'node:path';
import { close, listen } from '../listen';
import type { SandboxLogger } from '../logger';
import { loadCertificates } from '../tls/certificates';
import type { GitCommitOptions, GitFiles } from './repository';
import type { GitAccess, GitRequest } from './repositoryHost';
import { RepositoryHost } from './repositoryHost';

/**
 * Options of {@link startGitServer}.
 *
 * @public
 */
export interface GitServerOptions {
  /** Where repositories (and certificates) are kept. */
  dataDir: string;
  /** 0 (default) takes any free port. */
  port?: number;
  /** A loopback address; `127.0.0.1` by default. */
  host?: string;
  /** Serve https with a certificate of the sandbox's own CA. */
  tls?: boolean;
  logger?: SandboxLogger;
}

/**
 * A repository of the sandbox.
 *
 * @public
 */
export interface SandboxRepository {
  /** `<owner>/<name>`. */
  name: string;
  /** What `git clone` takes. */
  url: string;
}

/**
 * A running Git server.
 *
 * @public
 */
export interface SandboxGit {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  port: number;
  /** With `tls`: the certificate authority, PEM. */
  caPem?: string;
  /** Handled requests, oldest first (the latest 1000). */
  requests: GitRequest[];
  /** All repositories, by name. */
  repositories(): SandboxRepository[];
  /** Makes a repository and, with files, its first commit; an existing one is an error. */
  createRepository(
    name: string,
    files?: GitFiles,
    options?: { branch?: string; message?: string; access?: GitAccess },
  ): Promise<SandboxRepository & { commit?: string }>;
  /** Sets or, with undefined, removes what a repository asks of its clients. */
  setAccess(name: string, access: GitAccess | undefined): void;
  /** Commits files and returns the commit's id. */
  commit(name: string, options: GitCommitOptions): Promise<string>;
  /** The commit that a branch, tag or other revision names. */
  revision(name: string, ref: string): Promise<string | undefined>;
  /** The content of a file; `ref` is `main` by default. */
  read(name: string, file: string, ref?: string): Promise<Buffer>;
  stop(): Promise<void>;
}

/**
 * Starts a Git server on loopback: smart HTTP with push through
 * `git http-backend`, and raw files at `/raw/<owner>/<name>/<ref>/<path>`.
 *
 * @throws {@link SandboxError} `port-in-use`, `address-unavailable`
 * @public
 */
export async function startGitServer(
  options: GitServerOptions,
): Promise<SandboxGit> {
  const root = path.join(options.dataDir, 'repositories');
  fs.mkdirSync(root, { recursive: true });
  const certificates = options.tls
    ? await loadCertificates(path.join(options.dataDir, 'tls'))
    : undefined;
  const host = options.host ?? '127.0.0.1';
  const server = new RepositoryHost(root, options.logger);
  const handle: http.RequestListener = (request, response) => {
    void server.handle(request, response);
  };
  const listener = certificates
    ? (https.createServer(
        {
          cert: certificates.server.certificate,
          key: certificates.server.privateKey,
        },
        handle,
      ) as unknown as http.Server)
    : http.createServer(handle);
  const port = await listen(listener, {
    port: options.port ?? 0,
    host,
    what: 'the Git server',
  });
  const url = `${certificates ? 'https' : 'http'}://${host}:${port}`;
  options.logger?.info(`Sandbox Git server listens on ${url}`);
  return {
    url,
    port,
    caPem: certificates?.ca.certificate,
    requests: server.requests,
    repositories: () =>
      server.names().map(name => ({ name, url: `${url}/${name}.git` })),
    createRepository: async (name, files, more = {}) => {
      const commit = await server.create(name, files, more);
      return { name, url: `${url}/${name}.git`, commit };
    },
    setAccess: (name, access) => server.setAccess(name, access),
    commit: (name, commit) => server.repository(name).commit(commit),
    revision: (name, ref) => server.repository(name).revision(ref),
    read: (name, file, ref = 'main') => server.repository(name).read(ref, file),
    stop: () => close(listener),
  };
}
