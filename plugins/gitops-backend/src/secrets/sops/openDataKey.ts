import { assertError } from '@backstage/errors';
import {
  SopsKeyService,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { combineShares } from './combineShares';
import { SopsError } from './SopsError';
import { SopsMetadata } from './SopsMetadata';

const KEY_BYTES = 32;
/** Those that need nobody else are asked first, as sops does. */
const ORDER: Readonly<Record<string, number>> = { age: 0, pgp: 1 };

/** Modules that bring the services of clouds. */
const MODULES: Readonly<Record<string, string>> = {
  kms: '@backstage-gitops/plugin-gitops-backend-module-aws',
  gcp_kms: '@backstage-gitops/plugin-gitops-backend-module-gcp',
  azure_kv: '@backstage-gitops/plugin-gitops-backend-module-azure',
};

/**
 * The data key of a document: of each group of keys the part that one of them
 * opens, and of enough parts the key.
 *
 * @throws SopsError `SOPS_KEY` that says of each key why it opens nothing
 */
export async function openDataKey(
  { groups, threshold }: SopsMetadata,
  services: readonly SopsKeyService[],
  options: { signal: AbortSignal },
): Promise<Buffer> {
  const parts: Buffer[] = [];
  const reasons: string[] = [];
  for (const group of groups) {
    const part = await openGroup(group, services, reasons, options);
    if (part) {
      parts.push(part);
    }
  }
  const needed = groups.length > 1 ? threshold : 1;
  if (parts.length < needed || parts.length === 0) {
    throw new SopsError(
      'SOPS_KEY',
      `the data key cannot be opened: ${reasons.join('; ') || 'the file names no key'}`,
    );
  }
  const key = groups.length > 1 ? combineShares(parts) : parts[0];
  if (key.length !== KEY_BYTES) {
    throw new SopsError('SOPS_KEY', 'the data key is none of 256 bits');
  }
  return key;
}

async function openGroup(
  group: readonly SopsMasterKey[],
  services: readonly SopsKeyService[],
  reasons: string[],
  options: { signal: AbortSignal },
): Promise<Buffer | undefined> {
  const ordered = [...group].sort(
    (a, b) => (ORDER[a.type] ?? 2) - (ORDER[b.type] ?? 2),
  );
  for (const key of ordered) {
    const described = describe(key);
    const able = services.filter(({ type }) => type === key.type);
    if (able.length === 0) {
      const module = MODULES[key.type];
      reasons.push(
        `${described}: ${module ? `no module of the portal opens it; install ${module}` : 'the portal opens no such keys'}`,
      );
    }
    for (const service of able) {
      try {
        const opened = await service.decrypt(key, options);
        if (opened) {
          return Buffer.from(opened);
        }
        reasons.push(`${described}: none of the keys that are there is for it`);
      } catch (error) {
        assertError(error);
        options.signal.throwIfAborted();
        reasons.push(`${described}: ${error.message}`);
      }
    }
  }
  return undefined;
}

/** Recipients, fingerprints and names of keys are public. */
function describe({ type, fields }: SopsMasterKey): string {
  const name = [
    fields.recipient,
    fields.fp,
    fields.arn,
    fields.resource_id,
    fields.name,
    fields.key_name,
    fields.key_id,
  ].find(value => typeof value === 'string');
  return name === undefined ? type : `${type} ${String(name).slice(0, 100)}`;
}
