import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { HttpClient, SopsKeyError } from '@backstage-gitops/plugin-gitops-node';

const ANSWER_BYTES = 1024 * 1024;
const QUOTED = 300;

/** Writes to one server that speaks the HTTP API of Vault (Vault 1, OpenBao 2). */
export class VaultClient {
  private readonly http: HttpClient;
  private readonly address: string;

  constructor(options: { http: HttpClient; address: string }) {
    this.http = options.http;
    this.address = options.address;
  }

  /**
   * @param path - below `/v1`
   * @throws SopsKeyError, NetworkError
   */
  async write(
    path: readonly string[],
    body: Readonly<Record<string, string>>,
    options: { token?: string; signal: AbortSignal },
  ): Promise<Record<string, unknown>> {
    const { token, signal } = options;
    const response = await this.http.request(
      `${this.address}/v1/${path.map(encodeURIComponent).join('/')}`,
      {
        method: 'PUT',
        headers: {
          'content-type': 'application/json',
          // Vault's agents take no request without it.
          'x-vault-request': 'true',
          ...(token !== undefined && { 'x-vault-token': token }),
        },
        body: JSON.stringify(body),
        // The token is for this server alone.
        redirects: 0,
        maxBytes: ANSWER_BYTES,
        signal,
      },
    );
    const answer = parse(await response.text());
    const { status } = response;
    if (status === 200 && answer) {
      return answer;
    }
    if (status === 200 || (status >= 300 && status < 400)) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_ANSWER',
        status === 200
          ? `${this.address} did not answer as Vault does`
          : `${this.address} leads elsewhere (status ${status}), where no token is sent; name the server that answers`,
      );
    }
    throw new SopsKeyError(
      'GITOPS_SOPS_KEY_REFUSED',
      `${this.address} answered with status ${status}${quoted(answer?.errors, [token, body.jwt])}`,
    );
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What was sent in secret does not come back in it. */
function quoted(
  errors: unknown,
  secrets: readonly (string | undefined)[],
): string {
  let text = (Array.isArray(errors) ? errors : [])
    .filter(each => typeof each === 'string')
    .join('; ');
  for (const secret of secrets) {
    text = secret ? text.replaceAll(secret, '…') : text;
  }
  const clean = text.replace(/\p{C}+/gu, ' ').trim();
  return clean && `: ${clean.slice(0, QUOTED)}`;
}
