import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admission } from '../admission/admission';
import { PendingCall } from '../admission/admission';
import { hasAdmission, WebhookSession } from '../admission/webhookSession';
import { missingServices } from '../aggregation/apiServices';
import { authenticate, ClientCertificates } from '../access/authentication';
import type { AccessRequest, Authorizer } from '../access/authorization';
import { denial } from '../access/authorization';
import { impersonation } from '../access/impersonation';
import type { ServiceAccountTokens } from '../access/serviceAccountTokens';
import type { User } from '../access/user';
import { ANONYMOUS } from '../access/user';
import type { KindRegistry } from '../kinds/registry';
import type { Resource, ResourceVersion } from '../kinds/resource';
import { apiVersionOf, hasSubresource } from '../kinds/resource';
import { createEnvironment } from '../cel/environment';
import type { ObjectWriter } from '../objects/objectWriter';
import { apiTime } from '../objects/objectWriter';
import { readScale } from '../objects/scale';
import type { Target } from '../objects/writeRequest';
import type { SandboxLogger } from '../logger';
import type { PodLogs } from '../logs/podLogs';
import {
  ApiError,
  conflict,
  internalError,
  methodNotAllowed,
  noSuchPath,
  noSuchResource,
  STALE_OBJECT,
} from './apiError';
import { mediaType, parseObject, readBody } from './body';
import { Documents } from './documents';
import type { Fault, FaultPlan } from './faults';
import { ReadHandlers } from './readHandlers';
import { readRepresentation } from './representation';
import type { RequestInfo } from './requestInfo';
import { readRequestInfo } from './requestInfo';
import type { BoundedRequestLog, RecordedRequest } from './requestLog';
import { Reviews } from './reviews';
import { WatchHandler } from './watchHandler';
import { sendAnswer, sendFailure } from './sendAnswer';
import type { WriteAnswer } from './writeHandlers';
import { readWriteOptions, WriteHandlers } from './writeHandlers';

const READING = new Set(['get', 'list', 'watch']);
const FAULT_REASONS: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** What the HTTP layer serves and needs. */
export interface ApiServerOptions {
  writer: ObjectWriter;
  registry: KindRegistry;
  authorizer: Authorizer;
  tokens: ServiceAccountTokens;
  adminToken: string;
  faults: FaultPlan;
  requests: BoundedRequestLog;
  logs: PodLogs;
  logger?: SandboxLogger;
  now(): Date;
}

/** Routes requests: who asks, may they, and what answers. */
export class ApiServer {
  readonly watches: WatchHandler;
  private readonly certificates = new ClientCertificates();
  private readonly reads: ReadHandlers;
  private readonly writes: WriteHandlers;
  private readonly documents: Documents;
  private readonly reviews: Reviews;
  private readonly environment = createEnvironment();

  constructor(private readonly options: ApiServerOptions) {
    const { writer, registry } = options;
    this.reads = new ReadHandlers(writer, options.now);
    this.writes = new WriteHandlers(writer);
    this.watches = new WatchHandler({ store: writer.store, reads: this.reads });
    this.documents = new Documents(registry, () => [
      ...missingServices(writer.store),
      ...options.faults.unavailable,
    ]);
    this.reviews = new Reviews({ ...options, store: writer.store });
  }

  /** Handles one request. Never rejects. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const warnings: string[] = [];
    let record: RecordedRequest | undefined;
    try {
      const info = readInfo(request);
      record = recordOf(request, info);
      this.options.requests.add(record);
      const faults = this.options.faults.take(record);
      if (await this.meetFaults(faults, record, response)) return;
      const user = this.userOf(request, record);
      this.authorize(user, info);
      const body = await readBody(request);
      const answer = await this.answer({
        request,
        response,
        info,
        user,
        body,
        warnings,
        admission: this.admissionOf(info, user, warnings),
      });
      if (faults.some(fault => fault.dropResponse)) {
        response.destroy();
        return;
      }
      if (answer) {
        record.status = answer.code;
        sendAnswer(response, answer, warnings);
      } else {
        record.status = response.statusCode;
      }
    } catch (error) {
      const failure = this.toApiError(error);
      if (record) record.status = failure.code;
      if (response.headersSent) {
        response.destroy();
        return;
      }
      sendFailure(response, failure, warnings);
    }
  }

  private toApiError(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    this.options.logger?.error(
      `The Kubernetes API failed to handle a request: ${
        error instanceof Error ? (error.stack ?? error.message) : String(error)
      }`,
    );
    return internalError('Internal error occurred: see the log of the sandbox');
  }

  /** Returns true when a fault has answered. */
  private async meetFaults(
    faults: Fault[],
    record: RecordedRequest,
    response: ServerResponse,
  ): Promise<boolean> {
    for (const fault of faults) {
      if (fault.latencyMs) await delay(fault.latencyMs);
      if (fault.disconnect) {
        response.destroy();
        return true;
      }
      if (fault.hang) return true;
      if (fault.status === 409 && record.name) {
        const { group = '', resource = '', name } = record;
        throw conflict({ group, resource, name }, STALE_OBJECT);
      }
      if (fault.status) {
        throw new ApiError({
          code: fault.status,
          reason: FAULT_REASONS[fault.status] ?? 'InternalError',
          message: `the sandbox was told to answer ${fault.status}`,
          headers: fault.retryAfterSeconds
            ? { 'retry-after': String(fault.retryAfterSeconds) }
            : {},
          details: fault.retryAfterSeconds
            ? { retryAfterSeconds: fault.retryAfterSeconds }
            : undefined,
        });
      }
    }
    return false;
  }

  private userOf(request: IncomingMessage, record: RecordedRequest): User {
    const { certificates, options } = this;
    const user = authenticate(request, { ...options, certificates });
    record.user = user.name;
    const asked = impersonation(request);
    if (!asked) return user;
    for (const required of asked.required) this.demand(user, required);
    record.impersonatedBy = user.name;
    record.user = asked.user.name;
    return asked.user;
  }

  private authorize(user: User, info: RequestInfo): void {
    const { resource } = info;
    this.demand(
      user,
      resource
        ? {
            verb: info.verb,
            group: resource.group,
            resource: resource.plural,
            subresource: resource.subresource,
            namespace:
              resource.plural === 'namespaces' && !resource.namespace
                ? resource.name
                : resource.namespace,
            name: resource.name,
          }
        : { verb: info.verb, path: info.path },
    );
  }

  private demand(user: User, access: AccessRequest): void {
    if (this.options.authorizer.allows(user, access)) return;
    const isResource = access.path === undefined;
    const where = access.group
      ? `${access.resource}.${access.group}`
      : access.resource;
    const why = denial(user, access);
    throw new ApiError({
      code: 403,
      reason: 'Forbidden',
      message: isResource
        ? `${where}${access.name ? ` ${JSON.stringify(access.name)}` : ''} is forbidden: ${why}`
        : `forbidden: ${why}`,
      details: isResource
        ? {
            ...(access.name ? { name: access.name } : {}),
            ...(access.group ? { group: access.group } : {}),
            kind: access.resource,
          }
        : {},
    });
  }

  /** Answers a call, anew as often as webhooks have to be asked. */
  private async answer(call: Call): Promise<WriteAnswer | undefined> {
    for (;;) {
      try {
        return this.route(call);
      } catch (error) {
        if (!(error instanceof PendingCall)) throw error;
        await error.settled;
      }
    }
  }

  private admissionOf(
    info: RequestInfo,
    user: User,
    warnings: string[],
  ): Admission | undefined {
    const { writer } = this.options;
    if (READING.has(info.verb) || !hasAdmission(writer.store)) return undefined;
    const { randomUuid, randomSuffix, now } = writer.options;
    return new WebhookSession({
      store: writer.store,
      user,
      environment: this.environment,
      warn: message => warnings.push(message),
      randomUuid,
      identity: {
        uid: randomUuid(),
        now: apiTime(now()),
        suffix: randomSuffix(),
      },
    });
  }

  private route(call: Call): WriteAnswer | undefined {
    return call.info.resource
      ? this.resource(call)
      : { code: 200, body: this.documents.answer(call) };
  }

  private resource(call: Call): WriteAnswer | undefined {
    const { info, request, user } = call;
    const asked = info.resource!;
    const found = this.options.registry.find(
      asked.group,
      asked.version,
      asked.plural,
    );
    this.documents.checkAvailable(asked.group, asked.version);
    if (!found) {
      throw this.documents.serves(asked.group)
        ? noSuchResource()
        : noSuchPath();
    }
    const target: Target = {
      ...found,
      namespace: asked.namespace,
      name: asked.name,
      subresource: asked.subresource,
    };
    if (found.version.deprecated) {
      call.warnings.push(deprecationOf(found.resource, found.version));
    }
    if (info.verb === 'create' && this.reviews.handles(asked.plural)) {
      const object = parseObject(call.body, mediaType(request));
      return {
        code: 201,
        body: this.reviews.answer(asked.plural, object, user, asked.namespace),
      };
    }
    if (asked.subresource) this.checkSubresource(target);
    if (asked.subresource === 'token' && info.verb === 'create') {
      const object = parseObject(call.body, mediaType(request));
      return {
        code: 201,
        body: this.reviews.tokenRequest(asked.namespace, asked.name, object),
      };
    }
    return READING.has(info.verb)
      ? this.read(target, call)
      : this.write(target, call);
  }

  private checkSubresource(target: Target): void {
    const { version, subresource } = target;
    if (!hasSubresource(version, subresource)) throw noSuchResource();
  }

  private read(target: Target, call: Call): WriteAnswer | undefined {
    const { info, request, response } = call;
    const as = readRepresentation(request.headers.accept ?? '');
    if (info.verb === 'watch') {
      const selected = target.name
        ? withFieldSelector(info.query, target.name)
        : info.query;
      this.watches.start(target, selected, as, response);
      return undefined;
    }
    if (info.verb === 'list') {
      return { code: 200, body: this.reads.list(target, info.query, as) };
    }
    if (target.subresource === 'scale') {
      return { code: 200, body: readScale(this.options.writer, target) };
    }
    if (target.subresource === 'log') {
      const pod = this.options.writer.read(target);
      this.options.logs.serve(pod, info.query, response);
      return undefined;
    }
    return { code: 200, body: this.reads.get(target, info.query, as) };
  }

  private write(target: Target, call: Call): WriteAnswer {
    const { info, request } = call;
    const answer = this.dispatchWrite(target, call);
    const isObject = answer.body.kind === target.resource.kind;
    const as = readRepresentation(request.headers.accept ?? '');
    if (!isObject || as.form === 'object') return answer;
    return {
      code: answer.code,
      body: this.reads.represent(target, answer.body, info.query, as),
    };
  }

  private dispatchWrite(target: Target, call: Call): WriteAnswer {
    const { info, request, body, warnings } = call;
    const options = () =>
      readWriteOptions(
        request,
        info.query,
        message => warnings.push(message),
        call.admission,
      );
    switch (info.verb) {
      case 'create':
        if (target.name) throw methodNotAllowed();
        return this.writes.create(target, body, request, options());
      case 'update':
        if (!target.name) throw methodNotAllowed();
        return this.writes.update(target, body, request, options());
      case 'patch':
        if (!target.name) throw methodNotAllowed();
        return this.writes.patch(target, body, request, info.query, options());
      case 'delete':
        return this.writes.delete(
          target,
          body,
          request,
          info.query,
          call.admission,
        );
      case 'deletecollection':
        return this.writes.deleteCollection(
          target,
          body,
          request,
          info.query,
          call.admission,
        );
      default:
        throw methodNotAllowed();
    }
  }
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  info: RequestInfo;
  user: User;
  body: Buffer;
  warnings: string[];
  admission?: Admission;
}

function readInfo(request: IncomingMessage): RequestInfo {
  try {
    return readRequestInfo(request.method ?? 'GET', request.url ?? '/');
  } catch {
    throw new ApiError({
      code: 400,
      reason: 'BadRequest',
      message: 'the URL is not valid',
    });
  }
}

function recordOf(
  request: IncomingMessage,
  info: RequestInfo,
): RecordedRequest {
  const { resource } = info;
  return {
    method: request.method ?? 'GET',
    path: info.path,
    query: Object.fromEntries(info.query),
    verb: info.verb,
    ...(resource
      ? {
          group: resource.group,
          resource: resource.plural,
          subresource: resource.subresource || undefined,
          namespace: resource.namespace || undefined,
          name: resource.name || undefined,
        }
      : {}),
    contentType: request.headers['content-type'],
    userAgent: request.headers['user-agent'],
    user: ANONYMOUS.name,
  };
}

function deprecationOf(resource: Resource, version: ResourceVersion): string {
  if (version.deprecationWarning) return version.deprecationWarning;
  const name = (entry: ResourceVersion) =>
    `${apiVersionOf(resource.group, entry.name)} ${resource.kind}`;
  const better = resource.versions.find(
    entry => entry.served && !entry.deprecated,
  );
  return `${name(version)} is deprecated${better ? `; use ${name(better)}` : ''}`;
}

function withFieldSelector(
  query: URLSearchParams,
  name: string,
): URLSearchParams {
  const result = new URLSearchParams(query);
  result.set('fieldSelector', `metadata.name=${name}`);
  return result;
}
