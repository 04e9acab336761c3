import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { SandboxLogger } from '../logger';
import type { Bucket, BucketStore } from './bucketStore';
import type { S3Fault, S3Request } from './faults';
import { S3FaultPlan } from './faults';
import { listObjects, listUploads } from './listings';
import { sendObject } from './objectReads';
import { ObjectWrites } from './objectWrites';
import { operationOf, writes } from './operations';
import { readPayload } from './payload';
import { S3Error, sendError } from './s3Error';
import type { ParsedRequest } from './s3Request';
import { header, parseRequest } from './s3Request';
import type { S3Account, Signature } from './signature';
import { verifySignature } from './signature';
import { TokenService } from './tokenService';
import { contentsOf, element, s3Element, textOf, xmlDocument } from './xml';

const REQUEST_LIMIT = 10_000;

/** What {@link S3Host} is made of. */
export interface S3HostOptions {
  store: BucketStore;
  now: () => Date;
  /** The only region that signatures may name; any by default. */
  region?: string;
  /** Hosts below it are buckets. */
  domain: string;
  logger?: SandboxLogger;
}

interface Call {
  request: ParsedRequest;
  response: ServerResponse;
  recorded: S3Request;
  signature: Signature | undefined;
  fault: S3Fault | undefined;
}

/** Answers the requests of S3 clients. */
export class S3Host {
  readonly requests: S3Request[] = [];
  readonly faults = new S3FaultPlan();
  readonly accounts = new Map<string, S3Account>();
  readonly tokens: TokenService;
  private readonly writes: ObjectWrites;

  constructor(private readonly options: S3HostOptions) {
    this.writes = new ObjectWrites(options.store, options.now);
    this.tokens = new TokenService({
      now: options.now,
      add: account => this.accounts.set(account.accessKeyId, account),
    });
  }

  /** Handles one request. Never rejects. */
  async handle(
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const requestId = randomUUID();
    response.setHeader('x-amz-request-id', requestId);
    // So that an answer to HEAD, which has no body, tells the region too.
    if (this.options.region) {
      response.setHeader('x-amz-bucket-region', this.options.region);
    }
    response.setHeader('date', this.options.now().toUTCString());
    try {
      await this.answer(incoming, response);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const isKnown = error instanceof S3Error;
      if (!isKnown) {
        this.options.logger?.error(`The S3 server failed: ${String(error)}`);
      }
      const known = isKnown
        ? error
        : new S3Error('InternalError', 'The S3 server failed; see its log.');
      sendError(response, known, {
        resource: (incoming.url ?? '/').split('?')[0],
        requestId,
        details: known.details,
        head: incoming.method === 'HEAD',
      });
      // What is left of a body is not waited for.
      incoming.resume();
    }
  }

  private async answer(
    incoming: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const request = parseRequest(incoming, this.options.domain);
    const recorded = this.record(request, response);
    const fault = this.faults.take(recorded);
    if (fault && this.meets(fault, request, response)) return;
    if (recorded.operation === 'AssumeRole') {
      recorded.operation = await this.tokens.handle(incoming, response);
      return;
    }
    const signature = verifySignature(request, {
      accounts: this.accounts,
      region: this.options.region,
      now: this.options.now(),
    });
    recorded.accessKeyId = signature?.account.accessKeyId;
    const drops = fault?.dropResponse ?? false;
    await this.route({
      request,
      // One without a connection: nothing of what is written to it is sent.
      response: drops ? new ServerResponse(incoming) : response,
      recorded,
      signature,
      fault,
    });
    if (drops) response.destroy();
  }

  private record(request: ParsedRequest, response: ServerResponse): S3Request {
    const recorded: S3Request = {
      method: request.method,
      operation: operationOf(request),
      bucket: request.bucket,
      key: request.key,
      query: Object.fromEntries(request.query),
      accessKeyId: undefined,
      userAgent: header(request, 'user-agent'),
      // A client may have the answer before the connection is done with it.
      get status() {
        return response.headersSent ? response.statusCode : undefined;
      },
    };
    this.requests.push(recorded);
    if (this.requests.length > REQUEST_LIMIT) this.requests.shift();
    return recorded;
  }

  /** Whether a fault was all that happens to a request. */
  private meets(
    fault: S3Fault,
    request: ParsedRequest,
    response: ServerResponse,
  ): boolean {
    if (fault.hang) return true;
    if (fault.disconnect) {
      response.destroy();
      return true;
    }
    if (fault.status === undefined) return false;
    for (const [name, value] of Object.entries(fault.headers ?? {})) {
      response.setHeader(name, value);
    }
    request.body.resume();
    if (fault.body !== undefined) {
      response.writeHead(fault.status, { 'content-type': 'application/xml' });
      response.end(fault.body);
    } else {
      sendError(
        response,
        {
          status: fault.status,
          code: fault.code ?? 'InternalError',
          message: 'This is a fault that a test asked for.',
        },
        {
          resource: request.rawPath,
          requestId: 'fault',
          head: request.method === 'HEAD',
        },
      );
    }
    return true;
  }

  private async route(call: Call): Promise<void> {
    const { request, recorded, response } = call;
    const { store } = this.options;
    if (request.bucket === undefined) {
      this.authorize(call, undefined);
      if (recorded.operation !== 'ListBuckets') throw notImplemented(recorded);
      sendXml(response, bucketsXml(store.list()));
      return;
    }
    if (recorded.operation === 'CreateBucket') {
      this.authorize(call, undefined);
      await this.text(call);
      store.create(request.bucket);
      response.writeHead(200, { location: `/${request.bucket}` });
      response.end();
      return;
    }
    const bucket = store.get(request.bucket);
    this.authorize(call, bucket);
    if (request.key === undefined) await this.routeBucket(call, bucket);
    else await this.routeObject(call, bucket, request.key);
  }

  private async routeBucket(call: Call, bucket: Bucket): Promise<void> {
    const { request, response, recorded } = call;
    switch (recorded.operation) {
      case 'HeadBucket':
        response.writeHead(200);
        response.end();
        return;
      case 'DeleteBucket':
        this.options.store.delete(bucket.name);
        response.writeHead(204);
        response.end();
        return;
      case 'GetBucketLocation':
        sendXml(
          response,
          xmlDocument(
            s3Element('LocationConstraint', this.options.region ?? ''),
          ),
        );
        return;
      case 'ListObjects':
      case 'ListObjectsV2':
        sendXml(response, listObjects(bucket, request));
        return;
      case 'ListMultipartUploads':
        sendXml(response, listUploads(bucket, request));
        return;
      case 'DeleteObjects':
        sendXml(response, deleteAll(bucket, await this.text(call)));
        return;
      default:
        throw notImplemented(recorded);
    }
  }

  private async routeObject(
    call: Call,
    bucket: Bucket,
    key: string,
  ): Promise<void> {
    const { request, response, recorded, signature } = call;
    switch (recorded.operation) {
      case 'GetObject':
      case 'HeadObject':
        await sendObject(bucket.get(key), request, response, {
          truncate: call.fault?.truncate ?? false,
        });
        return;
      case 'PutObject': {
        const { etag } = await this.writes.put(bucket, key, request, signature);
        sendEtag(response, etag);
        return;
      }
      case 'CopyObject':
        sendXml(
          response,
          await this.writes.copy(bucket, key, request, (from, fromKey) =>
            this.check(call, from, fromKey, false),
          ),
        );
        return;
      case 'DeleteObject':
        bucket.delete(key);
        response.writeHead(204);
        response.end();
        return;
      case 'CreateMultipartUpload':
        sendXml(response, this.writes.createUpload(bucket, key, request));
        return;
      case 'UploadPart': {
        const part = await this.writes.putPart(bucket, request, signature);
        sendEtag(response, part.md5);
        return;
      }
      case 'CompleteMultipartUpload': {
        const body = await this.text(call);
        sendXml(
          response,
          await this.writes.completeUpload(bucket, request, body),
        );
        return;
      }
      case 'AbortMultipartUpload':
        this.writes.abortUpload(bucket, request);
        response.writeHead(204);
        response.end();
        return;
      default:
        throw notImplemented(recorded);
    }
  }

  private authorize(call: Call, bucket: Bucket | undefined): void {
    const { operation } = call.recorded;
    this.check(call, bucket, call.request.key, writes(operation));
  }

  private check(
    call: Call,
    bucket: Bucket | undefined,
    key: string | undefined,
    write: boolean,
  ): void {
    const account = call.signature?.account;
    const allowed = account
      ? (account.allows?.({ write, bucket: bucket?.name, key }) ?? true)
      : bucket?.anonymous === 'read-write' ||
        (bucket?.anonymous === 'read' && !write);
    if (!allowed) throw new S3Error('AccessDenied', 'Access Denied');
  }

  /** A small body as text. */
  private async text(call: Call): Promise<string> {
    const body = readPayload(call.request, call.signature);
    return (await buffer(body)).toString();
  }
}

function bucketsXml(buckets: readonly Bucket[]): string {
  return xmlDocument(
    s3Element('ListAllMyBucketsResult', [
      element('Owner', [element('ID', 'sandbox')]),
      element(
        'Buckets',
        buckets.map(({ name, createdAt }) =>
          element('Bucket', [
            element('Name', name),
            element('CreationDate', createdAt.toISOString()),
          ]),
        ),
      ),
    ]),
  );
}

function deleteAll(bucket: Bucket, body: string): string {
  const keys = contentsOf(body, 'Object').map(xml => textOf(xml, 'Key') ?? '');
  for (const key of keys) bucket.delete(key);
  const quiet = textOf(body, 'Quiet') === 'true';
  return xmlDocument(
    s3Element(
      'DeleteResult',
      quiet ? [] : keys.map(key => element('Deleted', [element('Key', key)])),
    ),
  );
}

function sendXml(response: ServerResponse, body: string): void {
  response.writeHead(200, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function sendEtag(response: ServerResponse, etag: string): void {
  response.writeHead(200, { etag: `"${etag}"`, 'content-length': 0 });
  response.end();
}

function notImplemented({ operation }: S3Request): S3Error {
  return new S3Error(
    'NotImplemented',
    `The sandbox does not implement ${operation}.`,
  );
}
