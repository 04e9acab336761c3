import { Bundle, bundleFromJSON } from '@sigstore/bundle';
import { RegistryClient } from '../RegistryClient';
import { RegistryError } from '../RegistryError';
import { RegistryRepository } from '../reference';
import { SignatureError } from './SignatureError';

/** A signature as cosign 1 and 2 put it beside an image. */
export interface SimpleSignature {
  /** What was signed: JSON that names the image. */
  payload: Buffer;
  signature: Buffer;
  /** `dev.sigstore.cosign/certificate`, PEM. */
  certificate?: string;
  /** `dev.sigstore.cosign/bundle`: the entry of the transparency log, JSON. */
  logEntry?: string;
}

/** What says who signed an image: bundles of cosign 3, or else older signatures. */
export type FoundSignatures =
  | { type: 'bundles'; bundles: readonly Bundle[] }
  | { type: 'simple'; signatures: readonly SimpleSignature[] };

const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle';
const SIMPLE_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';
/** Signatures of one image that are looked at. */
const MOST = 100;
const MAX_BUNDLE = 4 * 1024 * 1024;
const MAX_PAYLOAD = 256 * 1024;

/**
 * Looks for signatures of a manifest as Flux 2.9 and cosign 3.1 do: bundles among
 * its referrers; where there is none, signatures under the tag
 * `sha256-<hex>.sig`.
 *
 * @throws RegistryError, NetworkError, SignatureError
 */
export async function findSignatures(
  client: RegistryClient,
  repository: RegistryRepository,
  digest: string,
): Promise<FoundSignatures> {
  const bundles = await findBundles(client, repository, digest);
  return bundles.length > 0
    ? { type: 'bundles', bundles }
    : {
        type: 'simple',
        signatures: await findSimple(client, repository, digest),
      };
}

async function findBundles(
  client: RegistryClient,
  repository: RegistryRepository,
  digest: string,
): Promise<Bundle[]> {
  const referrers = (await client.referrers(repository, digest)).filter(
    ({ artifactType = BUNDLE_TYPE }) => artifactType.startsWith(BUNDLE_TYPE),
  );
  requireFew(referrers.length);
  const bundles: Bundle[] = [];
  for (const referrer of referrers) {
    const { manifest } = await client.manifest(repository, referrer.digest);
    const [layer, ...more] = manifest.type === 'image' ? manifest.layers : [];
    if (!layer?.mediaType.startsWith(BUNDLE_TYPE) || more.length > 0) {
      continue;
    }
    const bundle = readBundle(
      await client.smallBlob(repository, layer, { maxBytes: MAX_BUNDLE }),
    );
    if (bundle) {
      bundles.push(bundle);
    }
  }
  return bundles;
}

/** What is no bundle is none of ours; others may refer to the image too. */
function readBundle(bytes: Buffer): Bundle | undefined {
  try {
    return bundleFromJSON(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

async function findSimple(
  client: RegistryClient,
  repository: RegistryRepository,
  digest: string,
): Promise<SimpleSignature[]> {
  let manifest;
  try {
    ({ manifest } = await client.manifest(
      repository,
      `${digest.replace(':', '-')}.sig`,
    ));
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'REGISTRY_NOT_FOUND') {
      return [];
    }
    throw error;
  }
  const layers = (manifest.type === 'image' ? manifest.layers : []).filter(
    ({ mediaType }) => mediaType === SIMPLE_TYPE,
  );
  requireFew(layers.length);
  const found: SimpleSignature[] = [];
  for (const layer of layers) {
    const { annotations } = layer;
    const signature = annotations['dev.cosignproject.cosign/signature'];
    if (signature) {
      found.push({
        payload: await client.smallBlob(repository, layer, {
          maxBytes: MAX_PAYLOAD,
        }),
        signature: Buffer.from(signature, 'base64'),
        certificate: annotations['dev.sigstore.cosign/certificate'],
        logEntry: annotations['dev.sigstore.cosign/bundle'],
      });
    }
  }
  return found;
}

function requireFew(count: number): void {
  if (count > MOST) {
    throw new SignatureError(
      `there are ${count} signatures, more than the ${MOST} that are looked at`,
    );
  }
}
