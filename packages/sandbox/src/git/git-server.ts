import { timingSafeEqual } from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as path from 'node:path';
import { SandboxError } from '../errors';
import { close, listen } from '../listen';
import type { SandboxLogger } from '../logger';
import { loadCertificates } from '../tls/certificates';
import { callHttpBackend } from './http-backend';
import type { GitCommitOptions, GitFiles } from './repository';
import { BareRepository } from './repository';
import { checkRepositoryName } from './repository-name';

/**
 * What a repository asks of its clients.
 *
 * @public
 */
export interface GitAccess {
  /** HTTP basic authentication. */
  basic?: { username: string; password: string };
  /** A bearer token, also accepted as the password of any user. */
  bearer?: string;
}

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
 * A request to the Git server as a test can look at it.
 *
 * @public
 */
export interface GitRequest {
  method: string;
  path: string;
  query: string;
  userAgent?: string;
  status: number;
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
  const server = new GitServer(root, options.logger);
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

const REQUEST_LIMIT = 1000;

class GitServer {
  readonly requests: GitRequest[] = [];
  private readonly access = new Map<string, GitAccess>();

  constructor(
    private readonly root: string,
    private readonly logger?: SandboxLogger,
  ) {}

  names(): string[] {
    const found: string[] = [];
    const walk = (prefix: string) => {
      const directory = path.join(this.root, prefix);
      for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
        if (!entry.isDirectory()) continue;
        const name = prefix ? `${prefix}/${entry.name}` : entry.name;
        if (name.endsWith('.git')) found.push(name.slice(0, -4));
        else walk(name);
      }
    };
    walk('');
    return found.sort();
  }

  async create(
    name: string,
    files: GitFiles | undefined,
    options: { branch?: string; message?: string; access?: GitAccess },
  ): Promise<string | undefined> {
    const directory = this.directory(name);
    if (fs.existsSync(directory)) {
      throw new SandboxError({
        code: 'invalid-name',
        message: `The repository ${JSON.stringify(name)} exists.`,
        hint: 'Choose another name, or commit to the existing one.',
      });
    }
    const branch = options.branch ?? 'main';
    const repository = await BareRepository.create(directory, branch);
    this.setAccess(name, options.access);
    if (!files) return undefined;
    return repository.commit({
      files,
      branch,
      message: options.message ?? 'First commit',
    });
  }

  repository(name: string): BareRepository {
    const directory = this.directory(name);
    if (!fs.existsSync(directory)) {
      throw new SandboxError({
        code: 'not-found',
        message: `There is no repository ${JSON.stringify(name)}.`,
        hint: 'Create it first.',
      });
    }
    return new BareRepository(directory);
  }

  setAccess(name: string, access: GitAccess | undefined): void {
    checkRepositoryName(name);
    if (access) this.access.set(name, access);
    else this.access.delete(name);
  }

  /** Handles one request. Never rejects. */
  async handle(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    response.on('close', () => {
      this.requests.push({
        method: request.method ?? 'GET',
        path: url.pathname,
        query: url.search.slice(1),
        userAgent: request.headers['user-agent'],
        status: response.statusCode,
      });
      if (this.requests.length > REQUEST_LIMIT) this.requests.shift();
    });
    try {
      await this.route(url, request, response);
    } catch (error) {
      const isKnown = error instanceof SandboxError;
      if (!isKnown) {
        this.logger?.error(`The Git server failed: ${String(error)}`);
      }
      if (response.headersSent) response.destroy();
      else if (isKnown && error.code !== 'git-failed') {
        answer(
          response,
          error.code === 'git-missing' ? 500 : 404,
          error.message,
        );
      } else answer(response, 500, 'The Git server failed; see its log.');
    }
  }

  private async route(
    url: URL,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const pathname = decodeURIComponent(url.pathname);
    const git = /^\/(.+?)\.git(\/.*)$/.exec(pathname);
    if (git && !pathname.startsWith('/raw/')) {
      const [, name, rest] = git;
      this.repository(name);
      const user = this.userOf(name, request);
      if (user === undefined) {
        challenge(response);
        return;
      }
      await callHttpBackend(
        {
          root: this.root,
          pathInfo: `/${name}.git${rest}`,
          query: url.search.slice(1),
          user,
        },
        request,
        response,
      );
      return;
    }
    const raw = /^\/raw\/([^/]+\/[^/]+)\/([^/]+)\/(.+)$/.exec(pathname);
    if (raw && request.method === 'GET') {
      const [, fullName, ref, file] = raw;
      const name = fullName.replace(/\.git$/, '');
      if (this.userOf(name, request) === undefined) {
        challenge(response);
        return;
      }
      const content = await this.repository(name).read(ref, file);
      response.writeHead(200, {
        'content-type': 'text/plain; charset=utf-8',
        'content-length': content.length,
      });
      response.end(content);
      return;
    }
    answer(response, 404, 'There is nothing here.');
  }

  /** Who asks; undefined when the repository wants credentials that were not given. */
  private userOf(
    name: string,
    request: http.IncomingMessage,
  ): string | undefined {
    const access = this.access.get(name);
    if (!access) return 'anonymous';
    const [scheme, value = ''] = (request.headers.authorization ?? '').split(
      ' ',
    );
    if (scheme.toLowerCase() === 'bearer') {
      return access.bearer && same(value, access.bearer) ? 'token' : undefined;
    }
    if (scheme.toLowerCase() !== 'basic') return undefined;
    const text = Buffer.from(value, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const username = text.slice(0, colon);
    const password = text.slice(colon + 1);
    if (access.bearer && same(password, access.bearer))
      return username || 'token';
    return access.basic &&
      same(username, access.basic.username) &&
      same(password, access.basic.password)
      ? username
      : undefined;
  }

  private directory(name: string): string {
    return path.join(this.root, `${checkRepositoryName(name)}.git`);
  }
}

function same(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

function challenge(response: http.ServerResponse): void {
  response.setHeader('www-authenticate', 'Basic realm="sandbox"');
  answer(response, 401, 'This repository wants credentials.');
}

function answer(
  response: http.ServerResponse,
  status: number,
  text: string,
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
