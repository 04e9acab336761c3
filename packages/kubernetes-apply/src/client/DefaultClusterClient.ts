import {
  isJsonObject,
  parseJson,
  stringifyJson,
} from '@backstage-gitops/kubernetes-yaml';
import type {
  JsonObject,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import {
  ConnectionError,
  ImpersonationError,
  InvalidReferenceError,
} from '../errors/errors';
import { isNotFound, KubernetesApiError } from '../errors/KubernetesApiError';
import { maskedError } from '../errors/maskedError';
import { subjectOf } from '../object/subject';
import type { ApiConnection, ApiRequest } from './ApiConnection';
import type {
  ApplyOptions,
  ClusterClient,
  DeleteOptions,
  Impersonation,
  ListOptions,
  ListResult,
  ObjectRef,
  PatchOptions,
  RawOptions,
  RawResult,
  ResourceInfo,
  WatchOptions,
  WriteOptions,
} from './ClusterClient';
import type { Headers, HttpResponse } from './HttpTransport';
import { impersonationHeaders } from './impersonation';
import { listAll } from './list';
import {
  APPLY_TYPE,
  JSON_TYPE,
  METADATA_TYPE,
  PATCH_TYPES,
} from './mediaTypes';
import { openWatch } from './openWatch';
import { resourcePath, withQuery } from './paths';
import { Reflector } from './reflect';

/** The client of one user; see {@link ClusterClient} for what it promises. */
export class DefaultClusterClient implements ClusterClient {
  readonly #connection: ApiConnection;
  readonly #impersonation?: Impersonation;
  readonly #owner?: string;
  readonly #guard?: () => void;
  readonly #headers: Headers;

  constructor(options: {
    connection: ApiConnection;
    impersonation?: Impersonation;
    owner?: string;
    guard?: () => void;
  }) {
    this.#connection = options.connection;
    this.#impersonation = options.impersonation;
    this.#owner = options.owner;
    this.#guard = options.guard;
    this.#headers = options.impersonation
      ? impersonationHeaders(options.impersonation)
      : {};
  }

  get server(): string {
    return this.#connection.server;
  }

  as(impersonation: Impersonation): ClusterClient {
    if (this.#impersonation) {
      throw new ImpersonationError(
        `impersonation: already acting as "${this.#impersonation.user}"`,
      );
    }
    return new DefaultClusterClient({
      connection: this.#connection,
      impersonation,
      owner: this.#owner,
      guard: this.#guard,
    });
  }

  onBehalfOf(owner: string): ClusterClient {
    return new DefaultClusterClient({
      connection: this.#connection,
      impersonation: this.#impersonation,
      owner,
      guard: this.#guard,
    });
  }

  guardedBy(check: () => void): ClusterClient {
    const guard = this.#guard;
    return new DefaultClusterClient({
      connection: this.#connection,
      impersonation: this.#impersonation,
      owner: this.#owner,
      guard: guard
        ? () => {
            guard();
            check();
          }
        : check,
    });
  }

  resourceOf(apiVersion: string, kind: string): Promise<ResourceInfo> {
    return this.#connection.discovery.resourceOf(apiVersion, kind);
  }

  versionsOf(group: string, kind: string): Promise<ResourceInfo[]> {
    return this.#connection.discovery.versionsOf(group, kind);
  }

  async get<T = KubernetesObject>(
    ref: ObjectRef,
    options: { signal?: AbortSignal; metadataOnly?: boolean } = {},
  ): Promise<T | undefined> {
    const path = await this.#objectPath(ref);
    try {
      const response = await this.#send({
        method: 'GET',
        path,
        where: `get ${subjectOf(ref)}`,
        headers: options.metadataOnly ? { Accept: METADATA_TYPE } : {},
        retry: true,
        signal: options.signal,
      });
      const object = this.#object<KubernetesObject>(response, 'get', ref);
      if (options.metadataOnly) {
        object.apiVersion = ref.apiVersion;
        object.kind = ref.kind;
      }
      return object as unknown as T;
    } catch (error) {
      return this.#unlessNotFound(error, ref);
    }
  }

  async list<T = KubernetesObject>(
    options: ListOptions,
  ): Promise<ListResult<T>> {
    const resource = await this.resourceOf(options.apiVersion, options.kind);
    return listAll({
      ...options,
      path: resourcePath(resource, { namespace: options.namespace }),
      send: request => this.#send(request),
    }) as unknown as Promise<ListResult<T>>;
  }

  async watch<T = KubernetesObject>(options: WatchOptions<T>): Promise<void> {
    const callbacks = options as unknown as WatchOptions<KubernetesObject>;
    const { apiVersion, kind, namespace, labelSelector, fieldSelector } =
      options;
    const selection = {
      apiVersion,
      kind,
      namespace,
      labelSelector,
      fieldSelector,
      metadataOnly: options.metadataOnly,
    };
    const reflector = new Reflector({
      callbacks,
      clock: this.#connection.clock,
      random: this.#connection.random,
      source: {
        list: signal => this.list({ ...selection, signal }),
        open: (resourceVersion, signal) =>
          openWatch({
            selection,
            resourceVersion,
            signal,
            connection: this.#connection,
            headers: this.#headers,
          }),
      },
    });
    await reflector.run();
  }

  async create<T = KubernetesObject>(
    object: KubernetesObject,
    options: WriteOptions = {},
  ): Promise<T> {
    const resource = await this.resourceOf(object.apiVersion, object.kind);
    const namespace = this.#namespaceOf(resource, object.metadata.namespace);
    const response = await this.#write(object, object, {
      method: 'POST',
      path: withQuery(
        resourcePath(resource, { namespace }),
        writeQuery(options),
      ),
      where: `create ${subjectOf(object)}`,
      headers: { 'Content-Type': JSON_TYPE },
      signal: options.signal,
    });
    return this.#object(response, 'create', object);
  }

  async replace<T = KubernetesObject>(
    object: KubernetesObject,
    options: WriteOptions & { subresource?: string } = {},
  ): Promise<T> {
    const path = await this.#objectPath(refOf(object), options.subresource);
    const response = await this.#write(object, object, {
      method: 'PUT',
      path: withQuery(path, writeQuery(options)),
      where: `replace ${subjectOf(object)}`,
      headers: { 'Content-Type': JSON_TYPE },
      signal: options.signal,
    });
    return this.#object(response, 'replace', object);
  }

  async apply<T = KubernetesObject>(
    object: KubernetesObject,
    options: ApplyOptions,
  ): Promise<T> {
    const path = await this.#objectPath(refOf(object), options.subresource);
    const response = await this.#write(object, object, {
      method: 'PATCH',
      path: withQuery(path, {
        ...writeQuery(options),
        force: options.force ? 'true' : 'false',
      }),
      where: `apply ${subjectOf(object)}`,
      headers: { 'Content-Type': APPLY_TYPE },
      retry: true,
      signal: options.signal,
    });
    if (!options.dryRun) options.onApplied?.(response.status === 201);
    return this.#object(response, 'apply', object);
  }

  async patch<T = KubernetesObject>(
    ref: ObjectRef,
    options: PatchOptions,
  ): Promise<T> {
    const path = await this.#objectPath(ref, options.subresource);
    const response = await this.#write(ref, options.body, {
      method: 'PATCH',
      path: withQuery(path, writeQuery(options)),
      where: `patch ${subjectOf(ref)}`,
      headers: { 'Content-Type': PATCH_TYPES[options.type] },
      signal: options.signal,
    });
    return this.#object(response, 'patch', ref);
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    const path = await this.#objectPath(ref);
    const { uid, resourceVersion, propagationPolicy, gracePeriodSeconds } =
      options;
    const preconditions = { uid, resourceVersion };
    try {
      await this.#send({
        method: 'DELETE',
        path: withQuery(path, { dryRun: options.dryRun ? 'All' : undefined }),
        where: `delete ${subjectOf(ref)}`,
        headers: { 'Content-Type': JSON_TYPE },
        body: stringifyJson({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          ...(uid || resourceVersion ? { preconditions } : {}),
          propagationPolicy,
          gracePeriodSeconds,
        }),
        signal: options.signal,
      });
      return true;
    } catch (error) {
      this.#unlessNotFound(error, ref);
      return false;
    }
  }

  async raw(path: string, options: RawOptions = {}): Promise<RawResult> {
    if (!path.startsWith('/') || /[#\s]|(^|\/)\.\.?(\/|$)/.test(path)) {
      throw new InvalidReferenceError(
        `"${path}" is not a path of an API server`,
      );
    }
    const method = options.method ?? 'GET';
    const response = await this.#connection.sendOnce({
      ...this.#request({
        method,
        path: withQuery(path, options.query),
        where: `${method} ${path}`,
        headers: {
          ...(options.body === undefined ? {} : { 'Content-Type': JSON_TYPE }),
          ...options.headers,
        },
        signal: options.signal,
      }),
      ...(options.body === undefined
        ? {}
        : { body: stringifyJson(options.body) }),
    });
    return {
      status: response.status,
      contentType: response.headers['content-type'] ?? '',
      text: response.text,
    };
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #objectPath(ref: ObjectRef, subresource?: string): Promise<string> {
    const resource = await this.resourceOf(ref.apiVersion, ref.kind);
    const namespace = this.#namespaceOf(resource, ref.namespace);
    return resourcePath(resource, { namespace, name: ref.name, subresource });
  }

  #namespaceOf(resource: ResourceInfo, namespace?: string): string | undefined {
    if (resource.namespaced && !namespace) {
      throw new InvalidReferenceError(
        `${resource.kind} in "${resource.apiVersion}" needs a namespace`,
        'set metadata.namespace',
      );
    }
    return resource.namespaced ? namespace : undefined;
  }

  /** Only "the object is not found" means undefined; all else is an error. */
  #unlessNotFound(error: unknown, ref: ObjectRef): undefined {
    if (isNotFound(error, ref.name)) return undefined;
    if (error instanceof KubernetesApiError && error.status === 404) {
      // The path itself is gone: the kind may no longer be served.
      this.#connection.discovery.forget(ref.apiVersion);
    }
    throw error;
  }

  #send(request: Omit<ApiRequest, 'turn'>): Promise<HttpResponse> {
    return this.#connection.send(this.#request(request));
  }

  /** Sends a body; errors never hold the values of a Secret in it. */
  async #write(
    { apiVersion, kind }: { apiVersion: string; kind: string },
    body: unknown,
    request: Omit<ApiRequest, 'turn' | 'body'>,
  ): Promise<HttpResponse> {
    try {
      return await this.#send({ ...request, body: stringifyJson(body) });
    } catch (error) {
      throw maskedError(error, { apiVersion, kind, body });
    }
  }

  #request(request: Omit<ApiRequest, 'turn'>): ApiRequest {
    return {
      ...request,
      turn: JSON.stringify([this.#impersonation?.user, this.#owner]),
      ...(request.method !== 'GET' && { beforeSend: this.#guard }),
      headers: {
        Accept: JSON_TYPE,
        'Accept-Encoding': 'gzip',
        ...request.headers,
        // Last, so that no caller can drop or change whom we act as.
        ...this.#headers,
      },
    };
  }

  #object<T>(response: HttpResponse, verb: string, ref: SubjectLike): T {
    let value: unknown;
    try {
      value = parseJson(response.text);
    } catch {
      value = undefined;
    }
    if (isJsonObject(value)) return value as JsonObject as unknown as T;
    throw new ConnectionError({
      where: `${verb} ${subjectOf(ref)}`,
      server: this.server,
      cause: new Error('the answer is not a JSON object'),
    });
  }
}

type SubjectLike = Parameters<typeof subjectOf>[0];

function refOf(object: KubernetesObject): ObjectRef {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace,
    name: object.metadata.name,
  };
}

function writeQuery(options: WriteOptions): Record<string, string | undefined> {
  return {
    dryRun: options.dryRun ? 'All' : undefined,
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
  };
}
