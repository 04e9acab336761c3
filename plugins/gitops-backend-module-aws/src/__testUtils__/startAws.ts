import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { Checksum, SourceData } from '@smithy/types';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What the signer hashes with. */
export class Sha256 implements Checksum {
  private readonly hash;

  constructor(secret?: SourceData) {
    this.hash = secret
      ? createHmac('sha256', bytesOf(secret))
      : createHash('sha256');
  }

  update(chunk: Uint8Array): void {
    this.hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {}
}

function bytesOf(data: SourceData): string | Buffer {
  return typeof data === 'string' ? data : Buffer.from(data as Uint8Array);
}

/** Somebody that it knows. */
export interface AwsUser {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** A request as a test can look at it. */
export interface SeenAwsRequest {
  /** `kms Decrypt`, `sts AssumeRole`, `eks DescribeCluster` */
  operation: string;
  region: string;
  accessKeyId: string;
}

/**
 * A double of AWS on loopback: KMS (its JSON protocol, with AES-256-GCM that is bound
 * to the context), the token service (its query protocol) and EKS (its REST protocol).
 * Signatures are verified by the signer of the AWS SDK.
 */
export class FakeAws {
  readonly seen: SeenAwsRequest[] = [];
  readonly users: AwsUser[] = [];
  /** By ARN, 32 bytes each. */
  readonly keys = new Map<string, Buffer>();
  /** By name, for DescribeCluster. */
  readonly clusters = new Map<
    string,
    { endpoint: string; certificateAuthority: { data: string } }
  >();
  private readonly server = createServer((request, response) => {
    this.handle(request, response).catch(error =>
      response.writeHead(500).end(String(error)),
    );
  });

  static async start(options: { port?: number } = {}): Promise<FakeAws> {
    const aws = new FakeAws();
    aws.server.listen(options.port ?? 0, '127.0.0.1');
    await once(aws.server, 'listening');
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  /** As KMS encrypts, with the context in the place of additional data. */
  encrypt(arn: string, plain: Uint8Array, context: object = {}): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(arn)!, nonce);
    cipher.setAAD(additional(context));
    const sealed = [nonce, cipher.update(plain), cipher.final()];
    return Buffer.concat([...sealed, cipher.getAuthTag()]);
  }

  /**
   * Whom a token for EKS stands for, and for which cluster, as the token service would
   * say; undefined where its signature does not hold.
   */
  async callerOf(
    token: string,
  ): Promise<
    { host: string; cluster: string; accessKeyId: string } | undefined
  > {
    const [, encoded] = /^k8s-aws-v1\.(.+)$/.exec(token) ?? [];
    const url = new URL(Buffer.from(encoded ?? '', 'base64url').toString());
    const query = Object.fromEntries(url.searchParams);
    const [accessKeyId, , region, service] =
      query['X-Amz-Credential'].split('/');
    const user = this.users.find(each => each.accessKeyId === accessKeyId);
    const cluster = [...this.clusters.keys()].find(
      () => query['X-Amz-SignedHeaders'] === 'host;x-k8s-aws-id',
    );
    if (!user || !cluster || query.Action !== 'GetCallerIdentity') {
      return undefined;
    }
    const { Action, Version } = query;
    const again = await new SignatureV4({
      ...{ credentials: user, region, service, sha256: Sha256 },
    }).presign(
      {
        ...{ method: 'GET', protocol: url.protocol, hostname: url.hostname },
        ...{ path: url.pathname, query: { Action, Version } },
        headers: { host: url.host, 'x-k8s-aws-id': cluster },
      },
      {
        signingDate: dateOf(query['X-Amz-Date']),
        expiresIn: Number(query['X-Amz-Expires']),
      },
    );
    return again.query?.['X-Amz-Signature'] === query['X-Amz-Signature']
      ? { host: url.host, cluster, accessKeyId }
      : undefined;
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await text(request);
    const { headers } = request;
    const send = (status: number, answer: object | string) =>
      response
        .writeHead(status, {
          'content-type':
            typeof answer === 'string'
              ? 'text/xml'
              : 'application/x-amz-json-1.1',
        })
        .end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    const form = new URLSearchParams(body);
    const action = form.get('Action');
    if (action === 'AssumeRoleWithWebIdentity') {
      this.seen.push({
        ...{ operation: `sts ${action}`, region: '', accessKeyId: '' },
      });
      send(200, this.roleAnswer(action, form.get('WebIdentityToken')!));
      return;
    }
    const signed = await this.verify(request, body);
    const [, target] =
      /^TrentService\.(.+)$/.exec(String(headers['x-amz-target'])) ?? [];
    const operation = target ?? action ?? 'DescribeCluster';
    if (!signed) {
      send(403, {
        __type: 'UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      });
      return;
    }
    const { service, ...who } = signed;
    this.seen.push({ operation: `${service} ${operation}`, ...who });
    if (target) {
      send(...this.kms(target, JSON.parse(body)));
    } else if (action === 'AssumeRole') {
      send(200, this.roleAnswer(action, form.get('RoleArn')!));
    } else {
      const name = decodeURIComponent(request.url!.replace('/clusters/', ''));
      const cluster = this.clusters.get(name);
      send(
        cluster ? 200 : 404,
        cluster
          ? { cluster: { name, ...cluster } }
          : {
              __type: 'ResourceNotFoundException',
              message: `No cluster found for name: ${name}.`,
            },
      );
    }
  }

  private kms(
    operation: string,
    input: Record<string, unknown>,
  ): [number, object] {
    const arn = String(input.KeyId);
    const key = this.keys.get(arn);
    const context = (input.EncryptionContext ?? {}) as object;
    if (!key) {
      return [
        400,
        { __type: 'NotFoundException', message: `Key '${arn}' does not exist` },
      ];
    }
    if (operation === 'Encrypt') {
      const plain = Buffer.from(String(input.Plaintext), 'base64');
      return [
        200,
        {
          KeyId: arn,
          CiphertextBlob: this.encrypt(arn, plain, context).toString('base64'),
        },
      ];
    }
    const sealed = Buffer.from(String(input.CiphertextBlob), 'base64');
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const cipher = createDecipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(additional(context));
      cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const plain = Buffer.concat([
        cipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
        cipher.final(),
      ]);
      return [200, { KeyId: arn, Plaintext: plain.toString('base64') }];
    } catch {
      return [400, { __type: 'InvalidCiphertextException' }];
    }
  }

  /** Makes somebody known for a role, or for a token. */
  private roleAnswer(action: string, of: string): string {
    const n = this.users.length;
    const user = {
      accessKeyId: `ASIA${n}`,
      secretAccessKey: `secret of ${of}`,
      sessionToken: `session ${n}`,
    };
    this.users.push(user);
    return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>${user.accessKeyId}</AccessKeyId><SecretAccessKey>${user.secretAccessKey}</SecretAccessKey><SessionToken>${user.sessionToken}</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></${action}Result></${action}Response>`;
  }

  /** Signs the same once more. */
  private async verify(
    request: IncomingMessage,
    body: string,
  ): Promise<
    { service: string; region: string; accessKeyId: string } | undefined
  > {
    const authorization = request.headers.authorization ?? '';
    const [, accessKeyId, region, service, names] =
      /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+)/.exec(
        authorization,
      ) ?? [];
    const user = this.users.find(each => each.accessKeyId === accessKeyId);
    if (!user) {
      return undefined;
    }
    const headers = Object.fromEntries(
      names.split(';').map(name => [name, String(request.headers[name])]),
    );
    const { pathname } = new URL(request.url!, this.url);
    const again = await new SignatureV4({
      ...{ credentials: user, region, service, sha256: Sha256 },
      applyChecksum: 'x-amz-content-sha256' in headers,
    }).sign(
      {
        ...{ method: request.method!, headers, body, path: pathname },
        ...{ protocol: 'http:', hostname: '127.0.0.1', query: {} },
      },
      { signingDate: dateOf(headers['x-amz-date']) },
    );
    return again.headers.authorization === authorization
      ? { service, region, accessKeyId }
      : undefined;
  }
}

/** `20261123T120000Z` */
export function dateOf(stamp: string): Date {
  return new Date(
    stamp.replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      '$1-$2-$3T$4:$5:$6Z',
    ),
  );
}

function additional(context: object): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort()));
}
