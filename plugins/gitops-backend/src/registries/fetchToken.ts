import {
  HttpClient,
  RegistryCredential,
} from '@backstage-gitops/plugin-gitops-node';
import { Challenge } from './challenge';
import { describeAnswer } from './describeAnswer';
import { isRealmOf } from './realm';
import { RegistryError } from './RegistryError';

/** Bytes of an answer; tokens of some clouds are long. */
const MAX_ANSWER = 1024 * 1024;
/** Where a service does not say how long its token is good for (token specification of Docker). */
const DEFAULT_SECONDS = 60;
const MOST_SECONDS = 3_600;
/** Part of the time that a token is used for, so that it does not end on its way. */
const MARGIN = 0.9;

/** Whom to ask for a token, and for what. */
export interface TokenRequest {
  http: HttpClient;
  /** Host of the registry that wants the token. */
  registry: string;
  realm: URL;
  challenge: Challenge;
  /** Such as `repository:team/app:pull`. */
  scope: string;
  credential: RegistryCredential | undefined;
  signal: AbortSignal;
}

/**
 * Asks a token service (distribution specification: token authentication; with an
 * identity token by OAuth 2). Credentials are told only to services that belong
 * to their registry.
 *
 * @throws RegistryError, NetworkError
 */
export async function fetchToken(
  request: TokenRequest,
): Promise<{ token: string; lifetimeMs: number }> {
  const { credential, realm, registry } = request;
  if (credential && !isRealmOf(realm, registry)) {
    throw new RegistryError(
      'REGISTRY_REALM',
      `${registry} sends to ${realm.host} for a token, which does not belong to it; the credentials were not sent there`,
    );
  }
  let answer = await ask(request, credential);
  if (
    credential &&
    'identityToken' in credential &&
    (answer.status === 404 || answer.status === 405)
  ) {
    // Not every service knows OAuth 2; all know this.
    answer = await ask(request, {
      username: '<token>',
      password: credential.identityToken,
    });
  }
  if (answer.status !== 200) {
    throw new RegistryError(
      answer.status < 500 && answer.status !== 429
        ? 'REGISTRY_UNAUTHORIZED'
        : 'REGISTRY_UNAVAILABLE',
      `the token service ${realm.host} of ${registry} gave no token: ${describeAnswer(answer.status, answer.text)}`,
      answer.status,
      answer.retryAfter,
    );
  }
  return readToken(answer.text, realm);
}

async function ask(
  request: TokenRequest,
  credential: RegistryCredential | undefined,
): Promise<{ status: number; retryAfter?: string; text: string }> {
  const { http, challenge, scope, signal } = request;
  const { service } = challenge.parameters;
  const url = new URL(request.realm);
  const oauth = credential && 'identityToken' in credential;
  const parameters: [string, string][] = [
    ...(service ? [['service', service] as [string, string]] : []),
    ['scope', scope],
  ];
  let answer;
  if (oauth) {
    answer = await http.request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams([
        ...parameters,
        ['client_id', 'backstage-gitops'],
        ['grant_type', 'refresh_token'],
        ['refresh_token', credential.identityToken],
      ]).toString(),
      maxBytes: MAX_ANSWER,
      signal,
    });
  } else {
    for (const [name, value] of parameters) {
      url.searchParams.append(name, value);
    }
    answer = await http.request(url, {
      authorization: basicAuthorization(credential),
      maxBytes: MAX_ANSWER,
      signal,
    });
  }
  return {
    status: answer.status,
    retryAfter: answer.headers['retry-after'],
    text: await answer.text(),
  };
}

/** Value of the Authorization header by name and password. */
export function basicAuthorization(
  credential: RegistryCredential | undefined,
): string | undefined {
  return credential && 'username' in credential
    ? `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`
    : undefined;
}

function readToken(
  text: string,
  realm: URL,
): { token: string; lifetimeMs: number } {
  let answer: Record<string, unknown>;
  try {
    answer = JSON.parse(text) ?? {};
  } catch {
    answer = {};
  }
  const token = [answer.access_token, answer.token].find(
    value => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
  ) as string | undefined;
  if (!token) {
    throw new RegistryError(
      'REGISTRY_BAD_ANSWER',
      `the token service ${realm.host} answered without a token`,
    );
  }
  const told = Number(answer.expires_in);
  const seconds = Number.isFinite(told) && told > 0 ? told : DEFAULT_SECONDS;
  return {
    token,
    lifetimeMs: Math.min(seconds, MOST_SECONDS) * MARGIN * 1_000,
  };
}
