import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import * as https from 'node:https';
import type { JsonObject } from '../json/value';
import { asObject, asString, isObject } from '../json/value';

/** A webhook could not be asked, or gave no answer that is one. */
export class WebhookCallError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WebhookCallError';
  }
}

const ANSWER_LIMIT = 3 * 1024 * 1024;

/** The address of a webhook; that of a service where it names one. */
export function webhookUrl(client: JsonObject, timeoutSeconds: number): string {
  const service = asObject(client.service);
  const base = isObject(client.service)
    ? `https://${String(service.name)}.${String(service.namespace)}.svc:${String(service.port ?? 443)}${asString(service.path) ?? ''}`
    : (asString(client.url) ?? '');
  const url = new URL(base);
  url.searchParams.set('timeout', `${timeoutSeconds}s`);
  // URL leaves out a port that is the default one; messages show it.
  const query = url.search;
  return `${base.split('?')[0]}${query}`;
}

/**
 * Posts an AdmissionReview. Services are not there: the sandbox has no network
 * of pods.
 *
 * @throws WebhookCallError in the API server's words (apiserver 0.34, `webhook`)
 */
export async function callWebhook(
  client: JsonObject,
  timeoutSeconds: number,
  review: JsonObject,
): Promise<JsonObject> {
  const url = webhookUrl(client, timeoutSeconds);
  const failed = (why: string) =>
    new WebhookCallError(`failed to call webhook: ${why}`);
  if (isObject(client.service)) {
    const { name } = client.service;
    throw failed(`Post "${url}": service ${JSON.stringify(name)} not found`);
  }
  const answer = await post(url, client, timeoutSeconds, review).catch(
    error => {
      throw failed(`Post "${url}": ${networkProblem(error, url)}`);
    },
  );
  if (answer.status < 200 || answer.status >= 300) {
    throw failed(
      `an error on the server (${JSON.stringify(answer.text.trim())}) has prevented the request from succeeding`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(answer.text);
  } catch {
    throw failed(
      "couldn't get version/kind; json parse error: the answer is not well-formed",
    );
  }
  if (!isObject(parsed)) {
    throw failed(
      "couldn't get version/kind; json parse error: the answer is not an object",
    );
  }
  return checked(parsed, asString(asObject(review.request).uid) ?? '');
}

function checked(review: JsonObject, uid: string): JsonObject {
  const bad = (why: string) =>
    new WebhookCallError(`received invalid webhook response: ${why}`);
  if (!isObject(review.response)) throw bad('webhook response was absent');
  const { response } = review;
  if (response.uid !== uid) {
    throw bad(
      `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`,
    );
  }
  if (response.patch !== undefined && response.patchType !== 'JSONPatch') {
    throw bad(
      `unknown or unsupported patch type ${String(response.patchType ?? '')}`,
    );
  }
  return response;
}

function post(
  url: string,
  client: JsonObject,
  timeoutSeconds: number,
  review: JsonObject,
): Promise<{ status: number; text: string }> {
  const body = stringifyJson(review);
  const bundle = asString(client.caBundle);
  return new Promise((resolve, reject) => {
    const request = https.request(
      url,
      {
        method: 'POST',
        agent: false,
        ca: bundle ? Buffer.from(bundle, 'base64').toString('utf8') : undefined,
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > ANSWER_LIMIT) response.destroy();
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function networkProblem(error: unknown, url: string): string {
  const { code, name, message } = error as {
    code?: string;
    name?: string;
    message?: string;
  };
  const { hostname, port } = new URL(url);
  const address = `${hostname}:${port || 443}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${address}: connect: connection refused`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${hostname}: no such host`;
    case 'ECONNRESET':
      return 'EOF';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    default:
      return name === 'TimeoutError' || name === 'AbortError'
        ? 'context deadline exceeded'
        : (message ?? 'the connection failed');
  }
}
