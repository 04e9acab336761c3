import { createSign, randomUUID, X509Certificate } from 'node:crypto';
import { CustomErrorBase, InputError } from '@backstage/errors';
import { HttpClient } from '@backstage-gitops/plugin-gitops-node';

const ANSWER_BYTES = 1024 * 1024;
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ASSERTION_LIFE_S = 600;
const QUOTED = 300;
const PEM_CERTIFICATE =
  /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Where Microsoft Entra is. */
export const PUBLIC_AUTHORITY = 'https://login.microsoftonline.com';

/** A token, and when it ends, in milliseconds since the epoch. */
export interface AzureToken {
  value: string;
  expiresAt: number;
}

/** How Azure is asked. */
export interface AzureRequest {
  http: HttpClient;
  signal: AbortSignal;
  now(): number;
}

/** An application of Microsoft Entra. */
export interface AzureApplication {
  authority: string;
  tenantId: string;
  clientId: string;
}

/** What an application proves itself with. */
export type AzureProof =
  | { secret: string }
  /** A token that somebody else gave for it. */
  | { assertion: string }
  | {
      /** PEM, of certificate and key. */
      certificate: string;
      password?: string;
      sendChain: boolean;
    };

/** Azure refused a request for a token. */
export class AzureTokenError extends CustomErrorBase {
  readonly name = 'AzureTokenError';
  readonly code = 'GITOPS_AZURE_TOKEN';
}

/**
 * A token of an application by the OAuth flow of client credentials.
 *
 * @throws InputError, AzureTokenError, NetworkError
 */
export async function tokenOfApplication(
  application: AzureApplication,
  proof: AzureProof,
  scope: string,
  request: AzureRequest,
): Promise<AzureToken> {
  const { authority, tenantId, clientId } = application;
  if (!/^[A-Za-z0-9.-]{1,253}$/.test(tenantId)) {
    throw new InputError("the tenant must be an id such as 'contoso.com'");
  }
  const address = `${authority.replace(/\/+$/, '')}/${tenantId}/oauth2/v2.0/token`;
  const response = await request.http.request(address, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      scope,
      ...proofOf(proof, address, clientId, request.now()),
    }).toString(),
    signal: request.signal,
  });
  const answer = parse(await response.text(ANSWER_BYTES));
  const value = answer.access_token;
  if (response.status !== 200 || typeof value !== 'string' || !value) {
    throw new AzureTokenError(
      `${response.url.host} gave no token (status ${response.status})${quoted(answer.error_description)}`,
    );
  }
  const seconds = Number(answer.expires_in ?? 0);
  return { value, expiresAt: request.now() + seconds * 1000 };
}

function proofOf(
  proof: AzureProof,
  audience: string,
  clientId: string,
  now: number,
): Record<string, string> {
  if ('secret' in proof) {
    return { client_secret: proof.secret };
  }
  const client_assertion =
    'assertion' in proof
      ? proof.assertion
      : signAssertion(proof, audience, clientId, Math.floor(now / 1000));
  return { client_assertion, client_assertion_type: ASSERTION };
}

function signAssertion(
  proof: { certificate: string; password?: string; sendChain: boolean },
  audience: string,
  clientId: string,
  now: number,
): string {
  const { certificate: pem, password, sendChain } = proof;
  const chain = pem.match(PEM_CERTIFICATE) ?? [];
  const part = (value: object) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  try {
    const certificates = chain.map(each => new X509Certificate(each));
    const digest = certificates[0].fingerprint256.replaceAll(':', '');
    const unsigned = `${part({
      alg: 'RS256',
      typ: 'JWT',
      'x5t#S256': Buffer.from(digest, 'hex').toString('base64url'),
      ...(sendChain && {
        x5c: certificates.map(({ raw }) => raw.toString('base64')),
      }),
    })}.${part({
      aud: audience,
      iss: clientId,
      sub: clientId,
      jti: randomUUID(),
      nbf: now,
      exp: now + ASSERTION_LIFE_S,
    })}`;
    const signature = createSign('RSA-SHA256')
      .update(unsigned)
      .sign({ key: pem, passphrase: password }, 'base64url');
    return `${unsigned}.${signature}`;
  } catch {
    throw new InputError(
      "failed to parse client certificates: 'clientCertificate' must hold a certificate and its RSA key in PEM, and 'clientCertificatePassword' the password of the key if it has one",
    );
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** What an answer says, fit for a message. */
export function quoted(text: unknown): string {
  const clean =
    typeof text === 'string' ? text.replace(/\p{C}+/gu, ' ').trim() : '';
  return clean && `: ${clean.slice(0, QUOTED)}`;
}
