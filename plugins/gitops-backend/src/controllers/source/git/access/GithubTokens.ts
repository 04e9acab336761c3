import { createHash } from 'node:crypto';
import { assertError } from '@backstage/errors';
import { HttpClient } from '@backstage-gitops/plugin-gitops-node';
import { GitCredentialError } from './GitCredentialError';
import { assertionOf, GithubApp } from './githubApp';

interface Token {
  value: string;
  /** Milliseconds since the epoch. */
  expires: number;
}

/** A token is renewed that long before it ends, so that a fetch can finish. */
const MARGIN_MS = 5 * 60_000;
/** GitHub gives tokens for an hour. */
const LIFE_MS = 60 * 60_000;
const MOST_TOKENS = 1_000;
const ANSWER_BYTES = 1_024 * 1_024;

/**
 * Tokens of GitHub Apps, kept until shortly before they end. What is kept is
 * found by a digest of all that the token was asked with.
 */
export class GithubTokens {
  private readonly tokens = new Map<string, Token>();

  /** @throws GitCredentialError; NetworkError where GitHub is not reached */
  async get(
    app: GithubApp,
    options: { client: HttpClient; now: () => number; signal: AbortSignal },
  ): Promise<string> {
    const { now } = options;
    const key = digestOf(app);
    const known = this.tokens.get(key);
    if (known && known.expires - MARGIN_MS > now()) {
      return known.value;
    }
    const token = await requestToken(app, options);
    this.tokens.delete(key);
    this.tokens.set(key, token);
    for (const [each, { expires }] of this.tokens) {
      if (expires <= now() || this.tokens.size > MOST_TOKENS) {
        this.tokens.delete(each);
      }
    }
    return token.value;
  }
}

async function requestToken(
  app: GithubApp,
  options: { client: HttpClient; now: () => number; signal: AbortSignal },
): Promise<Token> {
  const ask = async (path: string, method = 'GET') => {
    const response = await options.client.request(`${app.apiUrl}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        'user-agent': 'backstage-gitops',
        'x-github-api-version': '2022-11-28',
      },
      authorization: `Bearer ${assertionOf(app, options.now())}`,
      signal: options.signal,
    });
    const text = await response.text(ANSWER_BYTES);
    return { status: response.status, body: parse(text) };
  };
  const id = await installationOf(app, ask);
  const { status, body } = await ask(
    `/app/installations/${id}/access_tokens`,
    'POST',
  );
  if (status !== 201 || typeof body.token !== 'string' || !body.token) {
    throw refusal(app, status, 'gave no token');
  }
  const expires = Date.parse(String(body.expires_at));
  return {
    value: body.token,
    expires: Number.isNaN(expires) ? options.now() + LIFE_MS : expires,
  };
}

type Answer = { status: number; body: Record<string, unknown> };

/** Of an owner, which is an organisation or a user. */
async function installationOf(
  app: GithubApp,
  ask: (path: string) => Promise<Answer>,
): Promise<string> {
  if ('id' in app.installation) {
    return app.installation.id;
  }
  const owner = encodeURIComponent(app.installation.owner);
  let last = 0;
  for (const kind of ['orgs', 'users']) {
    const { status, body } = await ask(`/${kind}/${owner}/installation`);
    if (status === 200 && Number.isSafeInteger(body.id)) {
      return String(body.id);
    }
    last = status;
    if (status !== 404) {
      break;
    }
  }
  throw refusal(app, last, `names no installation of the app`);
}

function refusal(
  { apiUrl, appId }: GithubApp,
  status: number,
  problem: string,
): GitCredentialError {
  return new GitCredentialError(
    `${new URL(apiUrl).host} ${problem} for the GitHub App ${appId} (HTTP ${status}); check the keys of the app in spec.secretRef, and where it is installed`,
  );
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object'
      ? (value as Record<string, unknown>)
      : {};
  } catch (error) {
    assertError(error);
    return {};
  }
}

function digestOf({ appId, installation, apiUrl, key }: GithubApp): string {
  return createHash('sha256')
    .update(JSON.stringify([appId, installation, apiUrl]))
    .update(key.export({ format: 'der', type: 'pkcs8' }))
    .digest('hex');
}
