import { isJsonObject, parseJson } from '@backstage-gitops/kubernetes-yaml';
import type { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { ClusterError } from '../errors/ClusterError';
import { DiscoveryUnavailableError, UnknownKindError } from '../errors/errors';
import type { ResourceInfo } from './ClusterClient';
import type { Clock } from './Clock';
import type { HttpResponse } from './HttpTransport';
import { groupVersionPath, parseApiVersion } from './paths';

/** One group and version: its kinds, or `undefined` where it is not served. */
type Served = ReadonlyMap<string, ResourceInfo> | undefined;

interface Entry {
  readAt: number;
  served: Promise<Served>;
}

/**
 * What a cluster serves, read group version by group version. An aggregated
 * API that is down hides nothing but itself: "not served" is only said after
 * the cluster's own list of groups has confirmed it.
 */
export class Discovery {
  readonly #get: (path: string) => Promise<HttpResponse>;
  readonly #server: string;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(options: {
    get: (path: string) => Promise<HttpResponse>;
    server: string;
    clock: Clock;
    ttlMs: number;
  }) {
    this.#get = options.get;
    this.#server = options.server;
    this.#clock = options.clock;
    this.#ttlMs = options.ttlMs;
  }

  async resourceOf(apiVersion: string, kind: string): Promise<ResourceInfo> {
    parseApiVersion(apiVersion);
    const askedAt = this.#entries.get(apiVersion);
    const known = await this.#read(apiVersion);
    const resource = known?.get(kind);
    if (resource) return resource;
    // The kind may have been added since; ask again unless we just did.
    if (askedAt && this.#entries.get(apiVersion) === askedAt) {
      this.#entries.delete(apiVersion);
      const found = (await this.#read(apiVersion))?.get(kind);
      if (found) return found;
    }
    // Absence is not remembered: it ends the moment a CRD is established.
    this.#entries.delete(apiVersion);
    throw new UnknownKindError({ apiVersion, kind, server: this.#server });
  }

  async versionsOf(group: string, kind: string): Promise<ResourceInfo[]> {
    const found: ResourceInfo[] = [];
    for (const apiVersion of await this.#versionsOfGroup(group)) {
      try {
        found.push(await this.resourceOf(apiVersion, kind));
      } catch (error) {
        if (!(error instanceof UnknownKindError)) throw error;
      }
    }
    return found;
  }

  forget(apiVersion: string): void {
    this.#entries.delete(apiVersion);
  }

  #read(apiVersion: string): Promise<Served> {
    const now = this.#clock.now();
    const entry = this.#entries.get(apiVersion);
    if (entry && now - entry.readAt < this.#ttlMs) return entry.served;
    const served = this.#fetch(apiVersion);
    const fresh = { readAt: now, served };
    this.#entries.set(apiVersion, fresh);
    served.catch(() => {
      if (this.#entries.get(apiVersion) === fresh) {
        this.#entries.delete(apiVersion);
      }
    });
    return served;
  }

  async #fetch(apiVersion: string): Promise<Served> {
    const { group, version } = parseApiVersion(apiVersion);
    const response = await this.#tryGet(
      groupVersionPath(group, version),
      apiVersion,
    );
    if (response.status === 404) {
      const listed = await this.#versionsOfGroup(group);
      if (!listed.includes(apiVersion)) return undefined;
      throw this.#unavailable(
        apiVersion,
        new Error('it is listed, but its resources are not found'),
      );
    }
    const list = this.#document(response, 'APIResourceList', apiVersion);
    return readResources(list, apiVersion);
  }

  async #versionsOfGroup(group: string): Promise<string[]> {
    if (group === '') {
      const response = await this.#tryGet('/api', 'v1');
      const document = this.#document(response, 'APIVersions', 'v1');
      return strings(document.versions);
    }
    const response = await this.#tryGet('/apis', group);
    const document = this.#document(response, 'APIGroupList', group);
    const groups = Array.isArray(document.groups) ? document.groups : [];
    const found = groups.find(g => isJsonObject(g) && g.name === group);
    if (!isJsonObject(found) || !Array.isArray(found.versions)) return [];
    const all = found.versions.flatMap(v =>
      isJsonObject(v) ? strings([v.groupVersion]) : [],
    );
    const preferred = isJsonObject(found.preferredVersion)
      ? found.preferredVersion.groupVersion
      : undefined;
    return all.sort(
      (a, b) => Number(b === preferred) - Number(a === preferred),
    );
  }

  async #tryGet(path: string, what: string): Promise<HttpResponse> {
    try {
      return await this.#get(path);
    } catch (error) {
      if (error instanceof ClusterError) throw this.#unavailable(what, error);
      throw error;
    }
  }

  #document(response: HttpResponse, kind: string, what: string): JsonObject {
    if (response.status !== 200) {
      throw this.#unavailable(
        what,
        new Error(`the server answered ${response.status}`),
      );
    }
    try {
      const value = parseJson(response.text);
      if (isJsonObject(value) && value.kind === kind) return value;
    } catch {
      // Told below, without the text.
    }
    throw this.#unavailable(what, new Error(`the answer is not ${kind}`));
  }

  #unavailable(what: string, cause: unknown): DiscoveryUnavailableError {
    return new DiscoveryUnavailableError({
      apiVersion: what,
      server: this.#server,
      cause,
    });
  }
}

function readResources(
  list: JsonObject,
  apiVersion: string,
): Map<string, ResourceInfo> {
  const { group, version } = parseApiVersion(apiVersion);
  const resources = Array.isArray(list.resources)
    ? list.resources.filter(isJsonObject)
    : [];
  const found = new Map<string, ResourceInfo>();
  for (const resource of resources) {
    const { name: plural, kind } = resource;
    if (typeof plural !== 'string' || typeof kind !== 'string') continue;
    if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(plural)) continue;
    found.set(kind, {
      apiVersion,
      group,
      version,
      kind,
      plural,
      namespaced: resource.namespaced === true,
      verbs: strings(resource.verbs),
      subresources: resources
        .flatMap(other => strings([other.name]))
        .filter(name => name.startsWith(`${plural}/`))
        .map(name => name.slice(plural.length + 1)),
    });
  }
  return found;
}

function strings(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : [];
}
