import { DeliveryError } from './DeliveryError';
import { sourceHostOf } from './limitToClaim';
import { ManifestFiles } from './ManifestFiles';
import { RegisteredManifest } from './Registration';
import { toHomeObject } from './toHomeObject';

/**
 * The hosts that a manifest fetches from, as its file has it now.
 *
 * @throws {@link DeliveryError} where the file cannot be read, the manifest is
 * not valid, or it is not the one that the catalog has
 */
export async function readSourceHosts(
  manifest: RegisteredManifest,
  files: ManifestFiles,
): Promise<string[]> {
  const found = await files.find(manifest);
  if (!found) {
    throw new DeliveryError({
      state: 'ManifestStale',
      code: 'ManifestChanged',
      message:
        'the file changed since the catalog read it; look at it again once the catalog has the change',
    });
  }
  const host = sourceHostOf(toHomeObject(found.manifest, manifest).object);
  return host ? [host] : [];
}
