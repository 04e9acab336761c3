import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  IncomingHttpHeaders,
  IncomingMessage,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A request as a test can look at it. */
export interface SeenVaultRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, string>;
}

/**
 * A double of the transit engine of Vault and of a login with tokens of
 * ServiceAccounts, on loopback: AES-256-GCM as Vault lays it out (nonce, ciphertext,
 * tag, behind `vault:v1:`), and Vault's words where it refuses.
 */
export class FakeVault {
  readonly seen: SeenVaultRequest[] = [];
  /** Those that may use the engine. */
  readonly tokens = new Set<string>();
  /** Who may log in at `auth/kubernetes/login`. Default nobody. */
  knows: (role: string, jwt: string) => boolean = () => false;
  /** Answers in the place of the one that a request deserves. */
  answer?: (request: SeenVaultRequest) => [status: number, body: string];
  private readonly key: Buffer;
  private readonly engine: string;
  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(error =>
      response.writeHead(500).end(String(error)),
    );
  });

  private constructor(options: { key: Buffer; engine: string }) {
    this.key = options.key;
    this.engine = options.engine;
  }

  static async start(options: {
    key: Buffer;
    /** Path of the engine and name of its key. Default `transit`, `sops`. */
    engine?: string;
    port?: number;
  }): Promise<FakeVault> {
    const { key, engine = 'transit', port = 0 } = options;
    const vault = new FakeVault({ key, engine });
    vault.server.listen(port, '127.0.0.1');
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

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const seen: SeenVaultRequest = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: JSON.parse((await text(request)) || '{}'),
    };
    this.seen.push(seen);
    const [status, body] = this.answer?.(seen) ?? this.answerTo(seen);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  }

  private answerTo({
    method,
    path,
    headers,
    body,
  }: SeenVaultRequest): [number, string] {
    const refuse = (status: number, ...errors: string[]): [number, string] => [
      status,
      JSON.stringify({ errors }),
    ];
    if (!['PUT', 'POST'].includes(method)) {
      return refuse(405, 'unsupported operation');
    }
    if (path === '/v1/auth/kubernetes/login') {
      if (!this.knows(body.role, body.jwt)) {
        return refuse(403, 'permission denied');
      }
      const token = `hvs.of-${body.role}`;
      this.tokens.add(token);
      return [200, JSON.stringify({ auth: { client_token: token } })];
    }
    if (!this.tokens.has(String(headers['x-vault-token'] ?? ''))) {
      return refuse(403, 'permission denied');
    }
    const data = (value: Record<string, string>): [number, string] => [
      200,
      JSON.stringify({ request_id: 'r', data: value }),
    ];
    switch (path) {
      case `/v1/${this.engine}/encrypt/sops`:
        return data({
          ciphertext: this.encrypt(Buffer.from(body.plaintext, 'base64')),
        });
      case `/v1/${this.engine}/decrypt/sops`: {
        const [, sealed] = /^vault:v1:(.+)$/.exec(body.ciphertext ?? '') ?? [];
        if (!sealed) {
          return refuse(400, 'invalid ciphertext: no prefix');
        }
        const plain = this.decrypt(Buffer.from(sealed, 'base64'));
        return plain
          ? data({ plaintext: plain.toString('base64') })
          : refuse(400, 'cipher: message authentication failed');
      }
      default:
        return refuse(404, `no handler for route "${path}"`);
    }
  }

  encrypt(plain: Buffer): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const sealed = [nonce, cipher.update(plain), cipher.final()];
    return `vault:v1:${Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64')}`;
  }

  private decrypt(sealed: Buffer): Buffer | undefined {
    try {
      const cipher = createDecipheriv(
        'aes-256-gcm',
        this.key,
        sealed.subarray(0, NONCE_BYTES),
      );
      cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([
        cipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
        cipher.final(),
      ]);
    } catch {
      return undefined;
    }
  }
}
