import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import {
  isJsonObject,
  parseYaml,
  type JsonObject,
  type JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import type { ClusterAccess } from '../client/HttpTransport';

/** The current cluster and user of a kubeconfig, as written. */
export interface CurrentContext {
  cluster: JsonObject;
  user: JsonObject;
}

/** Reads a kubeconfig that was checked before. */
export function readCurrentContext(text: string): CurrentContext {
  const config = objectOf(parseYaml(text));
  const context = find(
    config,
    'contexts',
    'context',
    config['current-context'],
  );
  return {
    cluster: find(config, 'clusters', 'cluster', context.cluster),
    user: find(config, 'users', 'user', context.user),
  };
}

/** Access by data or files of a kubeconfig; runs nothing. */
export class StaticAccess implements ClusterAccess {
  readonly #cluster: JsonObject;
  readonly #user: JsonObject;

  constructor({ cluster, user }: CurrentContext) {
    this.#cluster = cluster;
    this.#user = user;
  }

  getCurrentCluster() {
    return {
      server: stringOf(this.#cluster.server) ?? '',
      proxyUrl: stringOf(this.#cluster['proxy-url']),
    };
  }

  getCurrentUser() {
    return { impersonateUser: stringOf(this.#user.as) };
  }

  async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    const [ca, cert, key] = await Promise.all([
      bytes(this.#cluster, 'certificate-authority'),
      bytes(this.#user, 'client-certificate'),
      bytes(this.#user, 'client-key'),
    ]);
    if (ca) options.ca = ca;
    if (cert) options.cert = cert;
    if (key) options.key = key;
    options.servername = stringOf(this.#cluster['tls-server-name']);
    if (this.#cluster['insecure-skip-tls-verify'] === true) {
      options.rejectUnauthorized = false;
    }
    const { username, password } = this.#user;
    const tokenFile = stringOf(this.#user.tokenFile);
    const token = tokenFile
      ? (await readFile(tokenFile, 'utf8')).trim()
      : stringOf(this.#user.token);
    if (token) options.headers = { Authorization: `Bearer ${token}` };
    else if (username) options.auth = `${username}:${password ?? ''}`;
  }
}

/** As in kubectl, data wins over a file. */
async function bytes(
  from: JsonObject,
  field: string,
): Promise<Buffer | undefined> {
  const data = stringOf(from[`${field}-data`]);
  if (data) return Buffer.from(data, 'base64');
  const file = stringOf(from[field]);
  return file ? readFile(file) : undefined;
}

function find(
  config: JsonObject,
  list: string,
  key: string,
  name: JsonValue | undefined,
): JsonObject {
  const items = config[list];
  const found = Array.isArray(items)
    ? items.find(item => isJsonObject(item) && item.name === name)
    : undefined;
  return objectOf(isJsonObject(found) ? found[key] : undefined);
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function stringOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
