import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { RegistryFailure } from './registryError';

/**
 * Somebody who may use the registry.
 *
 * @public
 */
export interface RegistryAccount {
  username: string;
  password: string;
  /** What the token service takes in place of name and password. */
  identityToken?: string;
  /** Default: everything. */
  allows?: (request: {
    repository: string;
    action: 'pull' | 'push' | 'delete';
  }) => boolean;
}

/** Who asks, and how that is known. */
export interface Caller {
  account: RegistryAccount | undefined;
  authorization: 'basic' | 'bearer' | undefined;
  /** Of a token: `repository:<name>:<action>` for each. */
  scopes: ReadonlySet<string> | undefined;
}

/** What is asked for. */
export interface Wanted {
  repository: string;
  action: 'pull' | 'push' | 'delete';
}

interface Token {
  account: RegistryAccount | undefined;
  scopes: ReadonlySet<string>;
  expires: number;
}

/** How the registry wants to be told who asks. */
export type RegistryAuthentication = 'none' | 'basic' | 'token';

const SERVICE = 'sandbox-registry';

/** Knows accounts, gives out tokens, and says who may do what. */
export class RegistryAccess {
  readonly accounts = new Map<string, RegistryAccount>();
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly options: {
      authentication: RegistryAuthentication;
      /** Whether anybody may pull. */
      anonymousPull: boolean;
      tokenSeconds: number;
      now: () => number;
      /** Address of the token service. */
      realm: () => string;
    },
  ) {}

  /** All tokens that were given out are worth nothing any more. */
  revokeTokens(): void {
    this.tokens.clear();
  }

  /** @throws RegistryFailure where what is told is wrong */
  identify(request: IncomingMessage, wanted: Wanted | undefined): Caller {
    const { authorization = '' } = request.headers;
    const [, scheme, value] = /^(\w+)\s+(.+)$/.exec(authorization) ?? [];
    if (scheme?.toLowerCase() === 'basic') {
      const account = this.byPassword(value);
      if (!account) throw this.unauthorized(wanted, 'authentication failed');
      return { account, authorization: 'basic', scopes: undefined };
    }
    if (scheme?.toLowerCase() === 'bearer') {
      const token = this.tokens.get(value);
      if (!token || token.expires <= this.options.now()) {
        throw this.unauthorized(wanted, 'the token is not valid');
      }
      const { account, scopes } = token;
      return { account, authorization: 'bearer', scopes };
    }
    return { account: undefined, authorization: undefined, scopes: undefined };
  }

  /** @throws RegistryFailure where it must not be done */
  check(caller: Caller, wanted: Wanted | undefined): void {
    const { authentication } = this.options;
    if (authentication === 'none') return;
    if (authentication === 'token') {
      const { scopes } = caller;
      if (!scopes) throw this.unauthorized(wanted, 'authentication required');
      if (wanted && !scopes.has(scopeOf(wanted))) {
        throw this.unauthorized(wanted, 'the token is not for this');
      }
      return;
    }
    if (caller.authorization !== 'basic') {
      if (this.options.anonymousPull && wanted?.action === 'pull') return;
      throw this.unauthorized(wanted, 'authentication required');
    }
    if (wanted && !this.allows(caller.account, wanted)) {
      throw new RegistryFailure(
        'DENIED',
        'requested access to the resource is denied',
      );
    }
  }

  /** Answers a request for a token, by GET or as OAuth 2 by POST. */
  async giveToken(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Caller> {
    const url = new URL(request.url ?? '/', 'http://registry');
    const form =
      request.method === 'POST'
        ? new URLSearchParams(await text(request))
        : undefined;
    const account = form
      ? this.byForm(form)
      : this.identify(request, undefined).account;
    const asked = (form ?? url.searchParams).getAll('scope');
    const scopes = new Set<string>();
    for (const scope of asked.flatMap(each => each.split(' '))) {
      const [, repository, actions] =
        /^repository:(.+):([a-z,]+)$/.exec(scope) ?? [];
      for (const action of (actions ?? '').split(',') as Wanted['action'][]) {
        if (repository && this.allows(account, { repository, action })) {
          scopes.add(scopeOf({ repository, action }));
        }
      }
    }
    const token = randomBytes(24).toString('base64url');
    const { tokenSeconds, now } = this.options;
    this.tokens.set(token, {
      ...{ account, scopes },
      expires: now() + tokenSeconds * 1_000,
    });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        [form ? 'access_token' : 'token']: token,
        expires_in: tokenSeconds,
        issued_at: new Date(now()).toISOString(),
      }),
    );
    return { account, authorization: undefined, scopes };
  }

  private allows(
    account: RegistryAccount | undefined,
    wanted: Wanted,
  ): boolean {
    return account
      ? (account.allows?.(wanted) ?? true)
      : this.options.anonymousPull && wanted.action === 'pull';
  }

  private byPassword(value: string): RegistryAccount | undefined {
    const pair = Buffer.from(value, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    const account = this.accounts.get(pair.slice(0, colon));
    return account?.password === pair.slice(colon + 1) ? account : undefined;
  }

  private byForm(form: URLSearchParams): RegistryAccount {
    const account =
      form.get('grant_type') === 'refresh_token'
        ? [...this.accounts.values()].find(
            ({ identityToken }) =>
              identityToken && identityToken === form.get('refresh_token'),
          )
        : undefined;
    if (!account) {
      throw new RegistryFailure('UNAUTHORIZED', 'authentication failed');
    }
    return account;
  }

  private unauthorized(
    wanted: Wanted | undefined,
    message: string,
  ): RegistryFailure {
    const scope = wanted && `,scope="${scopeOf(wanted)}"`;
    return new RegistryFailure('UNAUTHORIZED', message, {
      headers: {
        'www-authenticate':
          this.options.authentication === 'token'
            ? `Bearer realm="${this.options.realm()}",service="${SERVICE}"${scope ?? ''}`
            : `Basic realm="${SERVICE}"`,
      },
    });
  }
}

function scopeOf({ repository, action }: Wanted): string {
  return `repository:${repository}:${action}`;
}
