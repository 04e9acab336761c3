import { createPrivateKey, KeyObject, sign } from 'node:crypto';
import { GitCredentialError } from './GitCredentialError';
import { SecretData } from './SecretData';

const PUBLIC_API = 'https://api.github.com';

/** Seconds by which the clock of GitHub may be behind ours. */
const DRIFT_S = 30;
/** Seconds for which the assertion holds; it is used at once. */
const VALID_S = 120;

/** An app as its Secret describes it. */
export interface GithubApp {
  appId: string;
  /** Exactly one of the two. */
  installation: { id: string } | { owner: string };
  key: KeyObject;
  /** Without a slash at the end. */
  apiUrl: string;
}

/** Whether a Secret is meant to describe an app. */
export function isGithubApp(secret: SecretData): boolean {
  return secret.value('githubAppID') !== undefined;
}

/**
 * Reads a GitHub App (Flux 2.9): `githubAppID`, one of
 * `githubAppInstallationID` and `githubAppInstallationOwner`,
 * `githubAppPrivateKey`, and for GitHub Enterprise `githubAppBaseURL`.
 *
 * @throws GitCredentialError
 */
export function readGithubApp(secret: SecretData): GithubApp {
  const appId = number(secret, 'githubAppID');
  const owner = secret.value('githubAppInstallationOwner')?.trim();
  const id = secret.value('githubAppInstallationID');
  if ((owner === undefined) === (id === undefined)) {
    throw new GitCredentialError(
      `${secret.where} must have exactly one of the keys 'githubAppInstallationID' and 'githubAppInstallationOwner'`,
    );
  }
  return {
    appId,
    installation:
      owner === undefined
        ? { id: number(secret, 'githubAppInstallationID') }
        : { owner },
    key: readKey(secret),
    apiUrl: apiUrlOf(secret),
  };
}

/** Proves for a moment that we are the app (RFC 7519, RS256). */
export function assertionOf({ appId, key }: GithubApp, now: number): string {
  const issued = Math.floor(now / 1_000) - DRIFT_S;
  const encode = (part: object) =>
    Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({
    iat: issued,
    exp: issued + VALID_S,
    iss: appId,
  })}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

function number(secret: SecretData, key: string): string {
  const text = secret.required(key, 'a GitHub App').trim();
  if (!/^[1-9]\d{0,18}$/.test(text)) {
    throw new GitCredentialError(`'${key}' of ${secret.where} is no number`);
  }
  return text;
}

function readKey(secret: SecretData): KeyObject {
  const pem = secret.required('githubAppPrivateKey', 'a GitHub App');
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // What the library says may quote the key.
  }
  if (key?.asymmetricKeyType !== 'rsa') {
    throw new GitCredentialError(
      `'githubAppPrivateKey' of ${secret.where} is no RSA private key in PEM`,
    );
  }
  return key;
}

/** GitHub Enterprise has its API below /api/v3. */
function apiUrlOf(secret: SecretData): string {
  const text = secret.value('githubAppBaseURL')?.trim();
  if (text === undefined) {
    return PUBLIC_API;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new GitCredentialError(
      `'githubAppBaseURL' of ${secret.where} is no address that begins with https://`,
    );
  }
  const base = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  const isApi = /^api\.|\.api\./.test(url.hostname) || base.endsWith('/api/v3');
  return isApi ? base : `${base}/api/v3`;
}
