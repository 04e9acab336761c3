import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  createVerify,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { GoogleAddresses } from '../googleTokens';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A request as a test can look at it. */
export interface SeenRequest {
  path: string;
  authorization?: string;
  form: Record<string, string>;
}

/**
 * A double of Google's token services and of the JSON APIs of its storage, its keys
 * (AES-256-GCM) and its clusters, on loopback: checks signatures of keys and gives out
 * and takes its own tokens.
 */
export class FakeGoogle {
  readonly seen: SeenRequest[] = [];
  readonly objects = new Map<string, string>();
  /** Answers of a status before those that a request deserves. */
  readonly failures: { path: RegExp; status: number; times: number }[] = [];
  /** Of Cloud KMS, by resource id, 32 bytes each. */
  readonly kmsKeys = new Map<string, Buffer>();
  /** By resource id. */
  readonly clusters = new Map<string, object>();
  pageSize = 1000;
  private readonly tokens = new Set<string>();
  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(error =>
      response.writeHead(500).end(String(error)),
    );
  });
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

  static async start(options: { port?: number } = {}): Promise<FakeGoogle> {
    const google = new FakeGoogle();
    google.server.listen(options.port ?? 0, '127.0.0.1');
    await once(google.server, 'listening');
    return google;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get addresses(): GoogleAddresses {
    return {
      ...{ sts: this.url, iamCredentials: this.url, storage: this.url },
      ...{ kms: this.url, container: this.url },
    };
  }

  /** The JSON key of a service account that it knows. */
  key(changes: Record<string, string> = {}): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: 'service_account',
        client_email: 'reader@project.iam.gserviceaccount.com',
        private_key_id: 'k1',
        private_key: this.keys.privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        }),
        token_uri: `${this.url}/token`,
        ...changes,
      }),
    );
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, this.url);
    const body = await text(request);
    const { authorization } = request.headers;
    const form = Object.fromEntries(new URLSearchParams(body));
    this.seen.push({ path: pathname, authorization, form });
    const send = (status: number, answer: object | string) => {
      response.writeHead(status);
      response.end(
        typeof answer === 'string' ? answer : JSON.stringify(answer),
      );
    };
    const failure = this.failures.find(
      each => each.times > 0 && each.path.test(pathname),
    );
    if (failure) {
      failure.times -= 1;
      send(failure.status, { error: { message: 'asked for by a test' } });
    } else if (pathname === '/token') {
      const good = this.knows(form.assertion ?? '');
      send(
        good ? 200 : 400,
        good
          ? { access_token: this.grant('key'), expires_in: 3600 }
          : { error: 'invalid_grant', error_description: 'Invalid JWT' },
      );
    } else if (pathname === '/v1/token') {
      const good = form.subject_token === 'token-of-reader';
      send(
        good ? 200 : 400,
        good
          ? { access_token: this.grant('federated'), expires_in: 3600 }
          : { error: 'invalid_grant', error_description: 'unknown token' },
      );
    } else if (!this.tokens.has(authorization ?? '')) {
      send(401, { error: { code: 401, message: 'Invalid Credentials' } });
    } else if (pathname.endsWith(':generateAccessToken')) {
      const expireTime = new Date(Date.now() + 3_600_000).toISOString();
      send(200, { accessToken: this.grant('impersonated'), expireTime });
    } else if (/:(en|de)crypt$/.test(pathname)) {
      this.kms(pathname, JSON.parse(body), send);
    } else if (pathname.includes('/clusters/')) {
      const cluster = this.clusters.get(pathname.replace('/v1/', ''));
      send(
        cluster ? 200 : 404,
        cluster ?? { error: { code: 404, message: 'Not found: the cluster.' } },
      );
    } else {
      this.storage(pathname, searchParams, send);
    }
  }

  /** As Cloud KMS encrypts. */
  encrypt(resource: string, plain: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const key = this.kmsKeys.get(resource)!;
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const sealed = [nonce, cipher.update(plain), cipher.final()];
    return Buffer.concat([...sealed, cipher.getAuthTag()]);
  }

  /** Somebody else's token, which it takes as well. */
  take(token: string): void {
    this.tokens.add(`Bearer ${token}`);
  }

  private kms(
    pathname: string,
    input: Record<string, string>,
    send: (status: number, answer: object | string) => void,
  ): void {
    const [, resource, operation] = /^\/v1\/(.+):(.+)$/.exec(pathname)!;
    const key = this.kmsKeys.get(resource);
    if (!key) {
      const message = `CryptoKey ${resource} not found.`;
      send(404, { error: { code: 404, message, status: 'NOT_FOUND' } });
    } else if (operation === 'encrypt') {
      const plain = Buffer.from(input.plaintext, 'base64');
      const ciphertext = this.encrypt(resource, plain).toString('base64');
      send(200, { name: `${resource}/cryptoKeyVersions/1`, ciphertext });
    } else {
      const sealed = Buffer.from(input.ciphertext, 'base64');
      try {
        const nonce = sealed.subarray(0, NONCE_BYTES);
        const cipher = createDecipheriv('aes-256-gcm', key, nonce);
        cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
        const plain = [
          cipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
          cipher.final(),
        ];
        send(200, { plaintext: Buffer.concat(plain).toString('base64') });
      } catch {
        const message = 'Decryption failed: the ciphertext is invalid.';
        send(400, { error: { code: 400, message } });
      }
    }
  }

  private storage(
    pathname: string,
    query: URLSearchParams,
    send: (status: number, answer: object | string) => void,
  ): void {
    const [, bucket, , encoded] =
      /^\/storage\/v1\/b\/([^/]+)(\/o(?:\/(.*))?)?$/.exec(pathname) ?? [];
    const isListing = pathname.endsWith('/o');
    if (bucket !== 'files') {
      send(404, { error: { code: 404, message: 'no such bucket' } });
    } else if (isListing) {
      const all = [...this.objects.keys()]
        .filter(key => key.startsWith(query.get('prefix') ?? ''))
        .sort();
      const start = Number(query.get('pageToken') ?? 0);
      const end = start + this.pageSize;
      send(200, {
        items: all.slice(start, end).map(name => ({
          name,
          etag: this.etagOf(name),
          size: String(this.objects.get(name)!.length),
        })),
        ...(end < all.length && { nextPageToken: String(end) }),
      });
    } else if (encoded === undefined) {
      send(200, { name: bucket });
    } else {
      const key = decodeURIComponent(encoded);
      const content = this.objects.get(key);
      if (content === undefined) {
        send(404, 'No such object');
      } else if (query.get('alt') === 'media') {
        send(200, content);
      } else {
        send(200, { etag: this.etagOf(key), generation: '7' });
      }
    }
  }

  etagOf(key: string): string {
    const content = this.objects.get(key) ?? '';
    return `${createHash('md5').update(content).digest('base64')}/7`;
  }

  private grant(kind: string): string {
    const token = `${kind}-${this.tokens.size}`;
    this.tokens.add(`Bearer ${token}`);
    return token;
  }

  private knows(assertion: string): boolean {
    const [header, claims, signature] = assertion.split('.');
    return createVerify('RSA-SHA256')
      .update(`${header}.${claims}`)
      .verify(
        createPublicKey(
          this.keys.publicKey.export({ type: 'spki', format: 'pem' }),
        ),
        signature ?? '',
        'base64url',
      );
  }
}
