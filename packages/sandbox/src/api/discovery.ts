import type { UnavailableService } from '../aggregation/apiServices';
import type { JsonObject } from '../json/value';
import type { KindRegistry } from '../kinds/registry';
import type { Resource, ResourceVersion } from '../kinds/resource';
import { apiVersionOf, versionOf } from '../kinds/resource';
import { noSuchPath, noSuchResource, serviceUnavailable } from './apiError';

/** Subresources whose kind or verbs are not those of `status`. */
const SUBRESOURCES: Record<
  string,
  { group?: string; version?: string; kind?: string; verbs: string[] }
> = {
  scale: {
    group: 'autoscaling',
    version: 'v1',
    kind: 'Scale',
    verbs: ['get', 'patch', 'update'],
  },
  token: {
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'TokenRequest',
    verbs: ['create'],
  },
  log: { verbs: ['get'] },
  finalize: { verbs: ['update'] },
};

const SERVED_SUBRESOURCES = [
  'approval',
  'ephemeralcontainers',
  'finalize',
  'log',
  'resize',
  'scale',
  'status',
  'token',
];

/** The discovery documents (`/api`, `/apis`, `/apis/<group>/<version>`), plain and aggregated. */
export class Discovery {
  constructor(
    private readonly registry: KindRegistry,
    private readonly unavailable: () => UnavailableService[],
  ) {}

  /** Whether requests to a group and version cannot be answered. */
  isUnavailable(group: string, version: string): boolean {
    return this.unavailable().some(
      entry => entry.group === group && entry.version === version,
    );
  }

  /** `/api`. */
  legacyVersions(address: string): JsonObject {
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [
        { clientCIDR: '0.0.0.0/0', serverAddress: address },
      ],
    };
  }

  /** `/apis`. */
  groupList(): JsonObject {
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: this.groups('service')
        .filter(Boolean)
        .map(group => this.groupBody(group)),
    };
  }

  /** `/apis/<group>`. */
  group(group: string): JsonObject {
    if (!group || !this.groups().includes(group)) throw noSuchPath();
    return { kind: 'APIGroup', apiVersion: 'v1', ...this.groupBody(group) };
  }

  /** `/api/v1` and `/apis/<group>/<version>`. */
  resourceList(group: string, version: string): JsonObject {
    if (this.isUnavailable(group, version)) throw serviceUnavailable();
    const resources = this.resourcesOf(group, version);
    if (resources.length === 0) {
      throw this.groups().includes(group) ? noSuchResource() : noSuchPath();
    }
    return {
      kind: 'APIResourceList',
      ...(group ? { apiVersion: 'v1' } : {}),
      groupVersion: apiVersionOf(group, version),
      resources: resources.flatMap(({ resource, served }) =>
        plainEntries(resource, served),
      ),
    };
  }

  /** `/api` (legacy) or `/apis` in the aggregated form (`apidiscovery.k8s.io/v2`). */
  aggregated(legacy: boolean, apiVersion: string): JsonObject {
    const groups = legacy ? [''] : this.groups('name').filter(Boolean);
    return {
      kind: 'APIGroupDiscoveryList',
      apiVersion,
      metadata: {},
      items: groups.map(group => ({
        metadata: group ? { name: group } : {},
        versions: this.versionsOf(group).map(version =>
          this.aggregatedVersion(group, version),
        ),
      })),
    };
  }

  /**
   * All groups: built-in ones in the API server's order, then those of
   * definitions, by the names of their APIServices (as the plain list has them)
   * or by their own (as the aggregated one), then those that are not available.
   */
  groups(order: 'service' | 'name' = 'name'): string[] {
    const resources = this.registry.resources();
    const builtin = resources.filter(({ custom }) => !custom);
    const key = (group: string) =>
      order === 'name' ? group : `${this.versionsOf(group)[0]}.${group}`;
    const custom = new Set(
      resources
        .filter(entry => entry.custom && entry.versions.some(v => v.served))
        .map(({ group }) => group),
    );
    return [
      ...new Set([
        ...builtin.map(({ group }) => group),
        ...[...custom].sort((a, b) => (key(a) < key(b) ? -1 : 1)),
        ...this.unavailable().map(({ group }) => group),
      ]),
    ];
  }

  /** The versions of a group, the preferred one first. */
  versionsOf(group: string): string[] {
    const served = this.registry
      .resources()
      .filter(resource => resource.group === group)
      .flatMap(resource =>
        resource.versions
          .filter(version => version.served)
          .map(({ name }) => name),
      );
    const missing = this.unavailable()
      .filter(entry => entry.group === group)
      .map(({ version }) => version);
    return [...new Set([...served, ...missing])].sort(compareVersions);
  }

  /** What a group serves in a version. */
  resourcesOf(
    group: string,
    version: string,
  ): Array<{ resource: Resource; served: ResourceVersion }> {
    return this.registry.resources().flatMap(resource => {
      if (resource.group !== group) return [];
      const served = versionOf(resource, version);
      return served?.served ? [{ resource, served }] : [];
    });
  }

  private aggregatedVersion(group: string, version: string): JsonObject {
    if (this.isUnavailable(group, version)) {
      return { version, freshness: 'Stale' };
    }
    return {
      version,
      resources: this.resourcesOf(group, version).map(({ resource, served }) =>
        aggregatedEntry(resource, served),
      ),
      freshness: 'Current',
    };
  }

  private groupBody(group: string): JsonObject {
    const versions = this.versionsOf(group).map(version => ({
      groupVersion: apiVersionOf(group, version),
      version,
    }));
    return { name: group, versions, preferredVersion: { ...versions[0] } };
  }
}

function plainEntries(
  resource: Resource,
  served: ResourceVersion,
): JsonObject[] {
  const main: JsonObject = {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.verbs,
    ...(resource.shortNames.length ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length ? { categories: resource.categories } : {}),
    ...(resource.verbs.includes('get')
      ? { storageVersionHash: versionHash(resource) }
      : {}),
  };
  return [
    main,
    ...servedSubresources(served).map(name => {
      const own = SUBRESOURCES[name];
      return {
        name: `${resource.plural}/${name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...(own?.kind ? { group: own.group, version: own.version } : {}),
        kind: own?.kind ?? resource.kind,
        verbs: own?.verbs ?? ['get', 'patch', 'update'],
      };
    }),
  ];
}

function aggregatedEntry(
  resource: Resource,
  served: ResourceVersion,
): JsonObject {
  // The API server leaves group and version of a built-in resource's own kind empty.
  const ownKind = resource.custom
    ? { group: resource.group, version: served.name, kind: resource.kind }
    : { group: '', version: '', kind: resource.kind };
  const subresources = servedSubresources(served).map(name => {
    const special = SUBRESOURCES[name];
    const { group, version, kind } = special ?? {};
    return {
      subresource: name,
      responseKind: kind ? { group, version, kind } : ownKind,
      verbs: special?.verbs ?? ['get', 'patch', 'update'],
    };
  });
  return {
    resource: resource.plural,
    responseKind: ownKind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length ? { categories: resource.categories } : {}),
    ...(subresources.length ? { subresources } : {}),
  };
}

function servedSubresources(served: ResourceVersion): string[] {
  return served.subresources.filter(name => SERVED_SUBRESOURCES.includes(name));
}

function versionHash(resource: Resource): string {
  const text = `${resource.group}/${resource.storageVersion}/${resource.kind}`;
  return Buffer.from(text).toString('base64').slice(0, 11).padEnd(12, '=');
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** Kubernetes' order of versions: stable before beta before alpha, newer first. */
function compareVersions(left: string, right: string): number {
  const a = VERSION.exec(left);
  const b = VERSION.exec(right);
  if (!a || !b) {
    if (!a && !b) return left < right ? -1 : 1;
    return a ? -1 : 1;
  }
  const stage = (match: RegExpExecArray) =>
    ({ alpha: 0, beta: 1 })[match[2] as 'alpha' | 'beta'] ?? 2;
  return (
    stage(b) - stage(a) ||
    Number(b[1]) - Number(a[1]) ||
    Number(b[3] ?? 0) - Number(a[3] ?? 0)
  );
}
