import {
  isJsonObject,
  parseYaml,
  type JsonObject,
  type JsonValue,
} from '@backstage-gitops/kubernetes-yaml';
import { KubeConfigError } from '../errors/errors';

/**
 * What a kubeconfig may ask for beyond data of its own. All default to false:
 * a kubeconfig from a Secret is a tenant's text, and each of these makes the
 * process that loads it run something, read its own files, or trust anybody.
 *
 * @public
 */
export interface KubeConfigPolicy {
  /** `users[].user.exec`: runs a command. */
  allowExec?: boolean;
  /** `users[].user.auth-provider`: some run commands or read files. */
  allowAuthProvider?: boolean;
  /** Certificates, keys and tokens named by path. */
  allowFiles?: boolean;
  /** `insecure-skip-tls-verify`, and plain HTTP. */
  allowInsecure?: boolean;
  /** `proxy-url`. */
  allowProxy?: boolean;
  /** Longest text in characters. Default 1 MiB. */
  maxLength?: number;
}

const FILES = {
  cluster: ['certificate-authority'],
  user: ['client-certificate', 'client-key', 'tokenFile'],
};

/**
 * Checks the text of a kubeconfig before anything loads it. All clusters and
 * users are checked, not only the current ones.
 *
 * Source of the rule: Flux refuses `exec` in kubeconfigs of Secrets since
 * CVE-2022-24817; the others are of the same sort.
 *
 * @throws KubeConfigError that names the field; values are never quoted
 * @public
 */
export function checkKubeConfig(
  text: string,
  policy: KubeConfigPolicy = {},
): void {
  const config = parse(text, policy.maxLength ?? 1024 * 1024);
  const contexts = named(config, 'contexts', 'context');
  const clusters = named(config, 'clusters', 'cluster');
  const users = named(config, 'users', 'user');
  for (const [name, cluster] of clusters) checkCluster(name, cluster, policy);
  for (const [name, user] of users) checkUser(name, user, policy);
  const current = config['current-context'];
  const context = typeof current === 'string' && contexts.get(current);
  if (!context) {
    throw new KubeConfigError('current-context names no context', {
      field: 'current-context',
    });
  }
  if (!clusters.has(String(context.cluster))) {
    throw new KubeConfigError('the current context names no cluster', {
      field: 'contexts[].context.cluster',
    });
  }
  if (!users.has(String(context.user))) {
    throw new KubeConfigError('the current context names no user', {
      field: 'contexts[].context.user',
      hint: 'requests without a user would be anonymous',
    });
  }
}

function parse(text: string, maxLength: number): JsonObject {
  if (text.length > maxLength) {
    throw new KubeConfigError('the kubeconfig is too long');
  }
  let value: JsonValue;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw new KubeConfigError('the kubeconfig is not valid YAML', { cause });
  }
  if (!isJsonObject(value)) {
    throw new KubeConfigError('the kubeconfig is not a mapping');
  }
  return value;
}

function named(
  config: JsonObject,
  list: string,
  key: string,
): Map<string, JsonObject> {
  const items = config[list];
  if (!Array.isArray(items)) {
    throw new KubeConfigError(`"${list}" is not a list`, { field: list });
  }
  return new Map(
    items.map(item => {
      const value = isJsonObject(item) ? item[key] : undefined;
      if (!isJsonObject(item) || typeof item.name !== 'string') {
        throw new KubeConfigError(`an item of "${list}" has no name`, {
          field: list,
        });
      }
      if (!isJsonObject(value)) {
        throw new KubeConfigError(`an item of "${list}" has no "${key}"`, {
          field: `${list}[].${key}`,
        });
      }
      return [item.name, value];
    }),
  );
}

function checkCluster(
  name: string,
  cluster: JsonObject,
  policy: KubeConfigPolicy,
): void {
  const refuse = refusal(`cluster "${name}"`, 'clusters[].cluster');
  if (!policy.allowFiles) {
    for (const field of FILES.cluster) {
      if (cluster[field]) refuse(field, 'names a file', `use ${field}-data`);
    }
  }
  if (!policy.allowProxy && cluster['proxy-url']) {
    refuse('proxy-url', 'names a proxy');
  }
  const server = String(cluster.server ?? '');
  if (!policy.allowInsecure) {
    if (cluster['insecure-skip-tls-verify']) {
      refuse(
        'insecure-skip-tls-verify',
        'does not verify the server',
        'use certificate-authority-data',
      );
    }
    if (!/^https:\/\//i.test(server)) {
      refuse('server', 'is not an HTTPS URL');
    }
  }
}

function checkUser(
  name: string,
  user: JsonObject,
  policy: KubeConfigPolicy,
): void {
  const refuse = refusal(`user "${name}"`, 'users[].user');
  if (!policy.allowExec && user.exec) {
    refuse('exec', 'runs a command', 'use a token or a client certificate');
  }
  if (!policy.allowAuthProvider && user['auth-provider']) {
    refuse('auth-provider', 'uses an auth provider', 'use a token');
  }
  if (user.as !== undefined && (typeof user.as !== 'string' || !user.as)) {
    refuse('as', 'impersonates nobody', 'name a user, or leave it out');
  }
  for (const field of ['as-uid', 'as-groups', 'as-user-extra']) {
    // Left out silently, they would make it act as somebody else.
    if (user[field]) refuse(field, 'impersonates with more than a name');
  }
  if (!policy.allowFiles) {
    for (const field of FILES.user) {
      const hint = field === 'tokenFile' ? 'use token' : `use ${field}-data`;
      if (user[field]) refuse(field, 'names a file', hint);
    }
  }
}

function refusal(what: string, path: string) {
  return (field: string, problem: string, hint?: string): never => {
    throw new KubeConfigError(`${what} ${problem}, which is not allowed`, {
      field: `${path}.${field}`,
      hint,
    });
  };
}
