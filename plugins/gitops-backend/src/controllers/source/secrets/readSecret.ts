import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { SecretData, SourceHome } from '@backstage-gitops/plugin-gitops-node';
import { NotFoundError } from '@backstage/errors';

/** Reads a Secret of the namespace and decodes it; undefined where there is none. */
export async function findSecret(
  home: SourceHome,
  namespace: string,
  name: string,
): Promise<SecretData | undefined> {
  const secret = await home.get<
    KubernetesObject & { data?: Record<string, unknown> }
  >({ apiVersion: 'v1', kind: 'Secret', name });
  if (!secret) {
    return undefined;
  }
  const data: Record<string, Buffer> = Object.create(null);
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    if (typeof value === 'string') {
      data[key] = Buffer.from(value, 'base64');
    }
  }
  return { name: `${namespace}/${name}`, data };
}

/**
 * Reads a Secret of the namespace that must be there.
 *
 * @throws NotFoundError
 */
export async function readSecret(
  home: SourceHome,
  namespace: string,
  name: string,
): Promise<SecretData> {
  const secret = await findSecret(home, namespace, name);
  if (!secret) {
    throw new NotFoundError(
      `secret '${namespace}/${name}' not found; create it or correct the reference`,
    );
  }
  return secret;
}
