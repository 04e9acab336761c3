import type { JsonObject } from '../json/value';
import type { KindRegistry } from '../kinds/registry';
import type { Resource, ResourceVersion } from '../kinds/resource';
import { apiVersionOf, versionOf } from '../kinds/resource';
import { noSuchPath } from './apiError';

/** Subresources whose kind is not the resource's own. */
const SUBRESOURCE_KINDS: Record<
  string,
  { group: string; version: string; kind: string; verbs: string[] }
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
  eviction: {
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
    verbs: ['create'],
  },
};

const SERVED_SUBRESOURCES = ['status', 'scale', 'token', 'log', 'finalize'];

/** The discovery documents (`/api`, `/apis`, `/apis/<group>/<version>`), plain and aggregated. */
export class Discovery {
  constructor(private readonly registry: KindRegistry) {}

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
      groups: this.groups()
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
    const resources = this.resourcesOf(group, version);
    if (resources.length === 0) throw noSuchPath();
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
    const groups = legacy ? [''] : this.groups().filter(Boolean);
    return {
      kind: 'APIGroupDiscoveryList',
      apiVersion,
      metadata: {},
      items: groups.map(group => ({
        metadata: group ? { name: group } : {},
        versions: this.versionsOf(group).map(version => ({
          version,
          resources: this.resourcesOf(group, version).map(
            ({ resource, served }) => aggregatedEntry(resource, served),
          ),
          freshness: 'Current',
        })),
      })),
    };
  }

  /** All groups, built-in ones first. */
  groups(): string[] {
    return [...new Set(this.registry.resources().map(entry => entry.group))];
  }

  /** The served versions of a group, the preferred one first. */
  versionsOf(group: string): string[] {
    const names = this.registry
      .resources()
      .filter(resource => resource.group === group)
      .flatMap(resource =>
        resource.versions
          .filter(({ served }) => served)
          .map(({ name }) => name),
      );
    return [...new Set(names)].sort(compareVersions);
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
      const own = SUBRESOURCE_KINDS[name];
      return {
        name: `${resource.plural}/${name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...(own ? { group: own.group, version: own.version } : {}),
        kind: own?.kind ?? resource.kind,
        verbs: own?.verbs ?? subresourceVerbs(name),
      };
    }),
  ];
}

function aggregatedEntry(
  resource: Resource,
  served: ResourceVersion,
): JsonObject {
  const kindOf = (kind: string, group: string, version: string) => ({
    group,
    version,
    kind,
  });
  const subresources = servedSubresources(served).map(name => {
    const own = SUBRESOURCE_KINDS[name];
    return {
      subresource: name,
      responseKind: own
        ? kindOf(own.kind, own.group, own.version)
        : kindOf(resource.kind, resource.group, served.name),
      verbs: own?.verbs ?? subresourceVerbs(name),
    };
  });
  return {
    resource: resource.plural,
    responseKind: kindOf(resource.kind, resource.group, served.name),
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

function subresourceVerbs(name: string): string[] {
  if (name === 'log') return ['get'];
  return name === 'finalize' ? ['update'] : ['get', 'patch', 'update'];
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
