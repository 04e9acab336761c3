import { createSign } from 'node:crypto';
import { InputError } from '@backstage/errors';
import {
  CloudServiceAccount,
  HttpClient,
} from '@backstage-gitops/plugin-gitops-node';
import { GoogleError, googleErrorOf } from './GoogleError';

const ANSWER_BYTES = 1024 * 1024;
const KEY_LIFE_S = 3600;
const TOKEN_ADDRESS = 'https://oauth2.googleapis.com/token';
const EMAIL = 'iam.gke.io/gcp-service-account';
const EMAIL_FORM =
  /^[a-zA-Z0-9-]{1,100}@[a-zA-Z0-9-]{1,100}\.iam\.gserviceaccount\.com$/;
const PROVIDER = 'gcp.auth.fluxcd.io/workload-identity-provider';
const PROVIDER_FORM =
  /^projects\/\d{1,30}\/locations\/global\/workloadIdentityPools\/[^/]{1,100}\/providers\/[^/]{1,100}$/;

/** A token, and when it ends, in milliseconds since the epoch. */
export interface GoogleToken {
  value: string;
  expiresAt: number;
}

/** How Google is asked. */
export interface GoogleRequest {
  http: HttpClient;
  signal: AbortSignal;
  now(): number;
}

/** Addresses of Google. */
export interface GoogleAddresses {
  sts: string;
  iamCredentials: string;
  storage: string;
  kms: string;
  container: string;
}

export const GOOGLE_ADDRESSES: GoogleAddresses = {
  sts: 'https://sts.googleapis.com',
  iamCredentials: 'https://iamcredentials.googleapis.com',
  storage: 'https://storage.googleapis.com',
  kms: 'https://cloudkms.googleapis.com',
  container: 'https://container.googleapis.com',
};

/** The cluster that the portal runs in, where that is one of GKE. */
export interface GkeCluster {
  projectId: string;
  location: string;
  name: string;
}

/**
 * A token for the JSON key of a service account (RFC 7523). Other kinds of
 * credentials in such a file could name files and programs of the portal's host,
 * so they are refused.
 *
 * @throws InputError, GoogleError, NetworkError
 */
export async function tokenOfKey(
  key: Buffer,
  scope: string,
  request: GoogleRequest,
): Promise<GoogleToken> {
  const { email, privateKey, keyId, address } = readKey(key);
  const issued = Math.floor(request.now() / 1000);
  const part = (value: object) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${part({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${part({
    iss: email,
    scope,
    aud: address,
    iat: issued,
    exp: issued + KEY_LIFE_S,
  })}`;
  let signature: string;
  try {
    signature = createSign('RSA-SHA256')
      .update(unsigned)
      .sign(privateKey, 'base64url');
  } catch {
    throw new InputError("its 'private_key' is no RSA key in PEM");
  }
  const answer = await post(
    address,
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: `${unsigned}.${signature}`,
    },
    request,
  );
  return readToken(answer, request);
}

/**
 * A token for what a ServiceAccount of a cluster stands for in Google Cloud:
 * itself, or the service account that its annotation names (Flux 2.9).
 *
 * @throws InputError, GoogleError, NetworkError
 */
export async function tokenOfServiceAccount(
  account: CloudServiceAccount,
  scopes: readonly string[],
  options: GoogleRequest & {
    addresses: GoogleAddresses;
    gke(): Promise<GkeCluster>;
  },
): Promise<GoogleToken> {
  const email = annotation(account, EMAIL, EMAIL_FORM);
  const provider = annotation(account, PROVIDER, PROVIDER_FORM);
  const { pool, audience } = provider
    ? external(provider)
    : ofCluster(await options.gke());
  const { addresses } = options;
  const answer = await post(
    `${addresses.sts}/v1/token`,
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience,
      scope: scopes.join(' '),
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: await account.token([pool]),
    },
    options,
  );
  const token = readToken(answer, options);
  return email ? impersonate(email, token, scopes, options) : token;
}

async function impersonate(
  email: string,
  token: GoogleToken,
  scopes: readonly string[],
  options: GoogleRequest & { addresses: GoogleAddresses },
): Promise<GoogleToken> {
  const response = await options.http.request(
    `${options.addresses.iamCredentials}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      authorization: `Bearer ${token.value}`,
      body: JSON.stringify({ scope: scopes }),
      signal: options.signal,
    },
  );
  if (response.status !== 200) {
    throw await googleErrorOf(response, `becoming ${email}`);
  }
  const answer = await readJson(response.text(ANSWER_BYTES));
  const value = answer.accessToken;
  const expiresAt = Date.parse(String(answer.expireTime));
  if (typeof value !== 'string' || Number.isNaN(expiresAt)) {
    throw new GoogleError('Google gave no token', 0);
  }
  return { value, expiresAt };
}

async function post(
  address: string,
  form: Record<string, string>,
  { http, signal }: GoogleRequest,
): Promise<Record<string, unknown>> {
  const response = await http.request(address, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    signal,
  });
  if (response.status !== 200) {
    throw await googleErrorOf(response, 'the request for a token');
  }
  return readJson(response.text(ANSWER_BYTES));
}

async function readJson(
  text: Promise<string>,
): Promise<Record<string, unknown>> {
  const json = await text;
  try {
    const value = JSON.parse(json);
    if (typeof value === 'object' && value !== null) {
      return value;
    }
  } catch {
    // It is refused below.
  }
  throw new GoogleError('the answer to a request for a token is no JSON', 0);
}

function readToken(
  answer: Record<string, unknown>,
  { now }: GoogleRequest,
): GoogleToken {
  const value = answer.access_token;
  if (typeof value !== 'string' || value === '') {
    throw new GoogleError('Google gave no token', 0);
  }
  const seconds = Number(answer.expires_in ?? 0);
  return { value, expiresAt: now() + seconds * 1000 };
}

function readKey(key: Buffer) {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(key.toString('utf8'));
  } catch {
    throw new InputError('it is no JSON');
  }
  const read = (name: string) =>
    typeof json?.[name] === 'string' ? (json[name] as string) : undefined;
  const email = read('client_email');
  const privateKey = read('private_key');
  const address = read('token_uri') ?? TOKEN_ADDRESS;
  if (read('type') !== 'service_account') {
    throw new InputError("its 'type' is not 'service_account'");
  }
  if (!email || !privateKey || !URL.canParse(address)) {
    throw new InputError(
      "it needs 'client_email', 'private_key' and, if any, a 'token_uri' that is an address",
    );
  }
  return { email, privateKey, keyId: read('private_key_id'), address };
}

function annotation(
  account: CloudServiceAccount,
  name: string,
  form: RegExp,
): string | undefined {
  const value = account.annotations[name];
  if (value && !form.test(value)) {
    throw new InputError(
      `invalid ${name} annotation: '${value}'. must match ${form.source}`,
    );
  }
  return value || undefined;
}

function external(provider: string) {
  const audience = `//iam.googleapis.com/${provider}`;
  return { pool: audience, audience };
}

function ofCluster({ projectId, location, name }: GkeCluster) {
  const pool = `${projectId}.svc.id.goog`;
  const cluster = `https://container.googleapis.com/v1/projects/${projectId}/locations/${location}/clusters/${name}`;
  return { pool, audience: `identitynamespace:${pool}:${cluster}` };
}
