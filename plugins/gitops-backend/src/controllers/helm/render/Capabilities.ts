import type { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import {
  isJsonObject,
  JsonObject,
  JsonValue,
  parseJson,
} from '@backstage-gitops/kubernetes-yaml';
import { CustomErrorBase } from '@backstage/errors';

/** What charts may ask of a cluster. */
export interface ClusterCapabilities {
  /** Such as `v1.33.4`. */
  kubeVersion: string;
  /** Such as `apps/v1` and `apps/v1/Deployment`. */
  apiVersions: readonly string[];
}

/** A cluster does not say what it can do. */
export class CapabilitiesError extends CustomErrorBase {
  readonly name = 'CapabilitiesError';
  readonly code = 'GITOPS_HELM_CAPABILITIES';

  constructor(what: string, problem: string, cause?: unknown) {
    super(`could not get ${what} from Kubernetes: ${problem}`, cause);
  }
}

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
const DEFAULT_TTL_MS = 10_000;

interface Entry {
  until: number;
  /** The cluster's list of groups, as it was then. */
  groups: string;
  found: Promise<ClusterCapabilities>;
}

/**
 * What clusters can do. Definitions come and go, and a chart that was rendered
 * without one is not rendered again when it is there: so each time it is asked whether
 * there are other groups and versions, and all is asked anew then, or after a while.
 */
export class CapabilitiesCache {
  private readonly now: () => number;
  private readonly ttlMs: number;
  private readonly entries = new Map<string, Entry>();

  constructor(
    options: {
      now?: () => number;
      /** Milliseconds for which an answer is good; ten seconds. */
      ttlMs?: number;
    } = {},
  ) {
    this.now = options.now ?? Date.now;
    this.ttlMs = options.ttlMs ?? DEFAULT_TTL_MS;
  }

  /**
   * @param cluster - names the cluster; who asks with one name gets one answer
   * @throws CapabilitiesError, ClusterError
   */
  async of(
    cluster: string,
    client: Pick<ClusterClient, 'raw'>,
  ): Promise<ClusterCapabilities> {
    const { status, text: groups } = await client.raw('/apis');
    if (status !== 200) {
      throw new CapabilitiesError('apiVersions', `/apis answered ${status}`);
    }
    const now = this.now();
    for (const [name, { until }] of this.entries) {
      if (until <= now) {
        this.entries.delete(name);
      }
    }
    const known = this.entries.get(cluster);
    if (known?.groups === groups) {
      return known.found;
    }
    // Without a signal: others may wait for the same answer.
    const entry: Entry = {
      ...{ until: now + this.ttlMs, groups },
      found: discover(client),
    };
    this.entries.set(cluster, entry);
    entry.found.catch(() => {
      if (this.entries.get(cluster) === entry) {
        this.entries.delete(cluster);
      }
    });
    return entry.found;
  }

  /** Definitions were applied there. */
  forget(cluster: string): void {
    this.entries.delete(cluster);
  }
}

type Client = Pick<ClusterClient, 'raw'>;

async function discover(client: Client): Promise<ClusterCapabilities> {
  const [version, core, groups] = await Promise.all([
    read(client, '/version', 'server version'),
    discoverGroups(client, '/api'),
    discoverGroups(client, '/apis'),
  ]);
  if (typeof version.gitVersion !== 'string') {
    throw new CapabilitiesError('server version', 'the answer has none');
  }
  return {
    kubeVersion: version.gitVersion,
    apiVersions: [...new Set([...core, ...groups])],
  };
}

/** `/api` and `/apis`: in one answer, or group by group where the server is older. */
async function discoverGroups(
  client: Client,
  path: '/api' | '/apis',
): Promise<string[]> {
  const document = await read(client, path, 'apiVersions', {
    accept: AGGREGATED,
  });
  if (document.kind === 'APIGroupDiscoveryList') {
    return objects(document.items).flatMap(readGroup);
  }
  const groupVersions =
    path === '/api'
      ? strings(document.versions)
      : objects(document.groups).flatMap(({ versions }) =>
          objects(versions).flatMap(one => strings([one.groupVersion])),
        );
  const found: string[] = [...groupVersions];
  for (const groupVersion of groupVersions) {
    // A group whose own server is down is there, and has no kinds.
    const answer = await client.raw(`${path}/${groupVersion}`);
    if (answer.status === 200) {
      found.push(...kindsOf(groupVersion, parse(answer.text).resources));
    }
  }
  return found;
}

/** A group of the aggregated form. */
function readGroup({ metadata, versions }: JsonObject): string[] {
  const group = isJsonObject(metadata) ? strings([metadata.name])[0] : '';
  return objects(versions).flatMap(({ version, resources }) => {
    if (typeof version !== 'string') {
      return [];
    }
    const groupVersion = group ? `${group}/${version}` : version;
    const kinds = objects(resources).flatMap(resource => [
      resource.responseKind ?? null,
      ...objects(resource.subresources).map(sub => sub.responseKind ?? null),
    ]);
    return [
      groupVersion,
      ...objects(kinds).flatMap(({ kind }) =>
        strings([kind]).map(name => `${groupVersion}/${name}`),
      ),
    ];
  });
}

function kindsOf(groupVersion: string, resources: JsonValue = null): string[] {
  return objects(resources).flatMap(({ kind }) =>
    strings([kind]).map(name => `${groupVersion}/${name}`),
  );
}

async function read(
  client: Client,
  path: string,
  what: string,
  headers?: Record<string, string>,
): Promise<JsonObject> {
  const { status, text } = await client.raw(path, { headers });
  if (status !== 200) {
    throw new CapabilitiesError(what, `${path} answered ${status}`);
  }
  return parse(text);
}

function parse(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new CapabilitiesError('apiVersions', 'the answer is no JSON', error);
  }
  return isJsonObject(value) ? value : {};
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter(
        (item): item is string => typeof item === 'string' && item !== '',
      )
    : [];
}
