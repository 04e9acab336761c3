import {
  constants,
  createPrivateKey,
  createPublicKey,
  KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const PATH = /^\/keys\/sops\/v1\/(en|de)crypt\?api-version=[\d.-]+$/;
const OAEP = {
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: 'sha256',
};

/**
 * A double of Azure Key Vault on loopback, with one version of one RSA key; takes the
 * tokens that it is told of.
 */
export class FakeKeyVault {
  readonly seen: { path: string; authorization?: string }[] = [];
  readonly tokens = new Set<string>();
  /** Answers in the place of the one that a request deserves. */
  answer?: [status: number, body: string];
  private readonly key: KeyObject;
  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(error =>
      response.writeHead(500).end(String(error)),
    );
  });

  private constructor(key: KeyObject) {
    this.key = key;
  }

  /** @param key - RSA, in PEM */
  static async start(key: string): Promise<FakeKeyVault> {
    const vault = new FakeKeyVault(createPrivateKey(key));
    vault.server.listen(0, '127.0.0.1');
    await once(vault.server, 'listening');
    return vault;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  encrypt(plain: Uint8Array): string {
    const key = createPublicKey(this.key);
    return publicEncrypt({ key, ...OAEP }, plain).toString('base64url');
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const path = request.url!;
    const { authorization } = request.headers;
    const body = await text(request);
    this.seen.push({ path, authorization });
    const [status, answer] =
      this.answer ??
      this.answerTo(path, authorization, JSON.parse(body || '{}'));
    response
      .writeHead(status, {
        'content-type': 'application/json',
        // As a vault tells where tokens come from.
        ...(status === 401 && {
          'www-authenticate':
            'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"',
        }),
      })
      .end(answer);
  }

  private answerTo(
    path: string,
    authorization: string | undefined,
    input: { alg?: string; value?: string },
  ): [number, string] {
    const refuse = (
      status: number,
      code: string,
      message: string,
    ): [number, string] => [
      status,
      JSON.stringify({ error: { code, message } }),
    ];
    if (!this.tokens.has((authorization ?? '').replace(/^Bearer /, ''))) {
      return refuse(
        401,
        'Unauthorized',
        'AKV10000: Request is missing a token.',
      );
    }
    const [, operation] = PATH.exec(path) ?? [];
    if (!operation) {
      return refuse(404, 'KeyNotFound', 'A key with that name was not found.');
    }
    if (input.alg !== 'RSA-OAEP-256') {
      return refuse(400, 'BadParameter', 'The algorithm is not supported.');
    }
    const bytes = Buffer.from(input.value ?? '', 'base64url');
    try {
      const value =
        operation === 'en'
          ? this.encrypt(bytes)
          : privateDecrypt({ key: this.key, ...OAEP }, bytes).toString(
              'base64url',
            );
      const kid = 'https://team.vault.azure.net/keys/sops/v1';
      return [200, JSON.stringify({ kid, value })];
    } catch {
      return refuse(400, 'BadParameter', 'The parameter is incorrect.');
    }
  }
}
