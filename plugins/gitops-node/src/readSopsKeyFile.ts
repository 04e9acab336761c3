import { isJsonObject, parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { SecretData } from './buckets';
import { SopsKeyError } from './decryption';

/**
 * A key of the Secret of `spec.decryption.secretRef` that holds YAML or JSON, such as
 * `sops.aws-kms` (Flux 2.9); also in UTF-16 with its mark, as PowerShell writes it.
 *
 * @returns its fields; undefined where there is no such key
 * @throws {@link SopsKeyError} `GITOPS_SOPS_KEY_CREDENTIAL`
 * @public
 */
export function readSopsKeyFile(
  secret: SecretData | undefined,
  key: string,
): Readonly<Record<string, unknown>> | undefined {
  const content = secret?.data[key];
  if (!content) {
    return undefined;
  }
  let value: unknown;
  try {
    value = parseYaml(decode(content));
  } catch {
    // What is wrong with it could quote it.
  }
  if (!isJsonObject(value)) {
    throw new SopsKeyError(
      'GITOPS_SOPS_KEY_CREDENTIAL',
      `key '${key}' of Secret ${secret?.name} is no map in YAML or JSON`,
    );
  }
  return value;
}

function decode(content: Buffer): string {
  const mark = content.subarray(0, 2).toString('hex');
  const encoding =
    ({ fffe: 'utf-16le', feff: 'utf-16be' } as const)[mark] ?? 'utf-8';
  return new TextDecoder(encoding).decode(content);
}
