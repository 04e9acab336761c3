import { timingSafeEqual } from 'node:crypto';
import * as fs from 'node:fs';
import type * as http from 'node:http';
import * as path from 'node:path';
import { SandboxError } from '../errors';
import type { SandboxLogger } from '../logger';
import { callHttpBackend } from './httpBackend';
import type { GitFiles } from './repository';
import { BareRepository } from './repository';
import { checkRepositoryName } from './repositoryName';

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

const REQUEST_LIMIT = 1000;

/** Repositories below a directory, and the HTTP requests for them. */
export class RepositoryHost {
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
