import type { IncomingMessage } from 'node:http';
import type { Admission } from '../admission/admission';
import type { JsonObject } from '../json/value';
import { asObject, asString, at } from '../json/value';
import type { ObjectWriter } from '../objects/objectWriter';
import { readScale, writeScale } from '../objects/scale';
import type {
  DeleteOptions,
  Patch,
  Target,
  WriteOptions,
} from '../objects/writeRequest';
import { applyMergePatch } from '../patch/mergePatch';
import { ApiError, badRequest, unsupportedMediaType } from './apiError';
import { checkDeleteOptions, checkWriteOptions } from './requestOptions';
import { mediaType, parseBody, parseObject } from './body';
import { listOf, selectorOf } from './readHandlers';

/** What a write answers. */
export interface WriteAnswer {
  code: number;
  body: JsonObject;
}

/** Translates write requests into calls of the writer. */
export class WriteHandlers {
  constructor(private readonly writer: ObjectWriter) {}

  create(
    target: Target,
    body: Buffer,
    request: IncomingMessage,
    options: WriteOptions,
  ): WriteAnswer {
    const object = parseSent(target, body, request);
    return { code: 201, body: this.writer.create(target, object, options) };
  }

  update(
    target: Target,
    body: Buffer,
    request: IncomingMessage,
    options: WriteOptions,
  ): WriteAnswer {
    const object = parseSent(target, body, request);
    if (target.subresource === 'scale') {
      return {
        code: 200,
        body: writeScale(this.writer, target, object, options),
      };
    }
    return { code: 200, body: this.writer.replace(target, object, options) };
  }

  patch(
    target: Target,
    body: Buffer,
    request: IncomingMessage,
    query: URLSearchParams,
    options: WriteOptions,
  ): WriteAnswer {
    const patch = readPatch(body, mediaType(request), query);
    if (target.subresource === 'scale') {
      const scale = readScale(this.writer, target);
      const patched = applyMergePatch(scale, patch.body);
      return {
        code: 200,
        body: writeScale(this.writer, target, asObject(patched), options),
      };
    }
    const { object, created } = this.writer.patch(
      target,
      patch,
      patch.type === 'apply'
        ? {
            ...options,
            fieldManager: query.get('fieldManager') ?? '',
          }
        : options,
    );
    return { code: created ? 201 : 200, body: object };
  }

  delete(
    target: Target,
    body: Buffer,
    request: IncomingMessage,
    query: URLSearchParams,
    admission?: Admission,
  ): WriteAnswer {
    const options = {
      ...readDeleteOptions(body, mediaType(request), query),
      admission,
    };
    const { object, removed } = this.writer.delete(target, options);
    if (!removed) return { code: 200, body: object };
    return {
      code: 200,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: {
          name: target.name,
          ...(target.resource.group ? { group: target.resource.group } : {}),
          kind: target.resource.plural,
          uid: asString(at(object, 'metadata', 'uid')) ?? '',
        },
      },
    };
  }

  deleteCollection(
    target: Target,
    body: Buffer,
    request: IncomingMessage,
    query: URLSearchParams,
    admission?: Admission,
  ): WriteAnswer {
    const options = readDeleteOptions(body, mediaType(request), query);
    const selects = selectorOf(target, query);
    const selected = this.writer.store
      .list(target.resource.storage, target.namespace || undefined)
      .filter(selects);
    // All are asked for before the first one goes, and without a name.
    for (const oldObject of admission ? selected : []) {
      admission!.validate({
        target,
        operation: 'DELETE',
        oldObject,
        dryRun: options.dryRun,
        options: options.requestOptions ?? {},
      });
    }
    const items = selected.map(object => {
      const metadata = asObject(object.metadata);
      return this.writer.delete(
        {
          ...target,
          namespace: asString(metadata.namespace) ?? '',
          name: asString(metadata.name) ?? '',
        },
        options,
      ).object;
    });
    return {
      code: 200,
      body: listOf(target, items, {
        resourceVersion: String(this.writer.store.revision),
      }),
    };
  }
}

const BODY_TYPES = [
  '',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];

/** The object in a body. @throws ApiError 400, 415 */
function parseSent(
  target: Target,
  body: Buffer,
  request: IncomingMessage,
): JsonObject {
  const type = mediaType(request);
  if (!BODY_TYPES.includes(type)) {
    throw unsupportedMediaType(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  }
  try {
    return parseObject(body, type);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    // As the API server, but for the body itself, which may hold secrets.
    throw badRequest(
      `the object provided is unrecognized (must be of type ${target.resource.kind}): ${error.message}`,
    );
  }
}

function readPatch(body: Buffer, type: string, query: URLSearchParams): Patch {
  switch (type) {
    case 'application/json-patch+json':
      return { type: 'json', body: parseBody(body, type) };
    case 'application/merge-patch+json':
      return { type: 'merge', body: parseBody(body, type) };
    case 'application/strategic-merge-patch+json':
      return { type: 'strategic', body: parseBody(body, type) };
    case 'application/apply-patch+yaml':
      return {
        type: 'apply',
        body: parseObject(body, type),
        force: ['true', '1'].includes(query.get('force') ?? ''),
      };
    default:
      throw unsupportedMediaType('415: Unsupported Media Type');
  }
}

function readDeleteOptions(
  body: Buffer,
  type: string,
  query: URLSearchParams,
): DeleteOptions {
  const sent = body.length > 0 ? parseObject(body, type) : {};
  const asked =
    asString(sent.propagationPolicy) ??
    query.get('propagationPolicy') ??
    undefined;
  const orphans =
    typeof sent.orphanDependents === 'boolean'
      ? sent.orphanDependents
      : undefined;
  checkDeleteOptions({
    propagationPolicy: asked,
    orphanDependents: orphans,
    dryRun: query.getAll('dryRun'),
  });
  const policy = (asked ??
    (orphans ? 'Orphan' : undefined)) as DeleteOptions['propagationPolicy'];
  const preconditions = asObject(sent.preconditions);
  return {
    dryRun:
      isDryRun(query) ||
      (Array.isArray(sent.dryRun) && sent.dryRun.includes('All')),
    propagationPolicy: policy,
    requestOptions: {
      kind: 'DeleteOptions',
      apiVersion: 'meta.k8s.io/v1',
      ...sent,
      ...(query.getAll('dryRun').includes('All') ? { dryRun: ['All'] } : {}),
      ...(policy ? { propagationPolicy: policy } : {}),
    },
    preconditions: {
      uid: asString(preconditions.uid),
      resourceVersion: asString(preconditions.resourceVersion),
    },
  };
}

/** Whether a request asks for a dry run. */
function isDryRun(query: URLSearchParams): boolean {
  return query.getAll('dryRun').includes('All');
}

/** The options of a create, update or patch. */
export function readWriteOptions(
  request: IncomingMessage,
  query: URLSearchParams,
  warn: (message: string) => void,
  admission?: Admission,
): WriteOptions {
  const validation = query.get('fieldValidation');
  const kinds: Record<string, string> = {
    POST: 'CreateOptions',
    PUT: 'UpdateOptions',
  };
  const kind = kinds[request.method ?? ''] ?? 'PatchOptions';
  checkWriteOptions(
    kind,
    query,
    mediaType(request) === 'application/apply-patch+yaml',
  );
  const agent = request.headers['user-agent'] ?? 'unknown';
  return {
    dryRun: isDryRun(query),
    fieldManager:
      query.get('fieldManager') || agent.split('/')[0].slice(0, 128),
    fieldValidation:
      validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    warn,
    admission,
    requestOptions: {
      kind,
      apiVersion: 'meta.k8s.io/v1',
      ...(isDryRun(query) ? { dryRun: ['All'] } : {}),
      ...(['true', '1'].includes(query.get('force') ?? '')
        ? { force: true }
        : {}),
      ...(query.get('fieldManager')
        ? { fieldManager: query.get('fieldManager')! }
        : {}),
      ...(validation ? { fieldValidation: validation } : {}),
    },
  };
}
