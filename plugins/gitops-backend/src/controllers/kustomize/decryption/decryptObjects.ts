import {
  KubernetesObject,
  parseJson,
  stringifyJson,
} from '@backstage-gitops/kubernetes-yaml';
import { detectFormat, formatOf } from '../../../secrets/sops/readDocument';
import { SopsError } from '../../../secrets/sops/SopsError';
import { Decryptor } from './Decryptor';

const MARK = 'kustomize.toolkit.fluxcd.io/decrypt';

/**
 * Decrypts the objects of a build (Flux 2.9): one that SOPS encrypted as a whole,
 * and the values of a Secret that are encrypted files. That values were changed
 * cannot be told here, for a build changes objects.
 *
 * @throws SopsError that names the object
 */
export async function decryptObjects(
  objects: readonly KubernetesObject[],
  decryptor: Decryptor,
): Promise<KubernetesObject[]> {
  const decrypted: KubernetesObject[] = [];
  for (const object of objects) {
    const mark = object.metadata.annotations?.[MARK];
    decrypted.push(
      mark?.toLowerCase() === 'disabled'
        ? object
        : await decryptObject(object, decryptor),
    );
  }
  return decrypted;
}

/**
 * A Secret that is still encrypted must not reach the cluster.
 *
 * @throws SopsError
 */
export function checkDecrypted(objects: readonly KubernetesObject[]): void {
  for (const object of objects) {
    if (
      object.kind === 'Secret' &&
      object.apiVersion === 'v1' &&
      'sops' in object
    ) {
      throw new SopsError(
        'SOPS_KEY',
        `${describe(object)} is SOPS encrypted, configuring decryption is required for this secret to be reconciled`,
      );
    }
  }
}

async function decryptObject(
  object: KubernetesObject,
  decryptor: Decryptor,
): Promise<KubernetesObject> {
  const { sops } = object as { sops?: unknown };
  if (isRecord(sops) && sops.mac) {
    const { content } = await decryptor.decrypt(
      Buffer.from(stringifyJson(object)),
      { format: 'json', output: 'json', where: describe(object) },
    );
    return parseJson(content.toString('utf8')) as unknown as KubernetesObject;
  }
  return object.kind === 'Secret' && isRecord(object.data)
    ? { ...object, data: await decryptValues(object, object.data, decryptor) }
    : object;
}

async function decryptValues(
  object: KubernetesObject,
  data: Record<string, unknown>,
  decryptor: Decryptor,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = { ...data };
  for (const [key, value] of Object.entries(data)) {
    const content = Buffer.from(String(value), 'base64');
    const format = detectFormat(content);
    if (format) {
      const plain = await decryptor.decrypt(content, {
        format,
        output: formatOf(key),
        where: `'${key}' of ${describe(object)}`,
      });
      values[key] = plain.content.toString('base64');
    }
  }
  return values;
}

function describe({ kind, metadata }: KubernetesObject): string {
  const { namespace, name } = metadata;
  return [kind, namespace, name].filter(Boolean).join('/');
}

/** Whatever made the object, such as a copy out of another thread. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
