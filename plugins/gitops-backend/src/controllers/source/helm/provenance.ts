import { CustomErrorBase } from '@backstage/errors';
import {
  getOwn,
  isJsonObject,
  JsonValue,
  parseDocuments,
} from '@backstage-gitops/kubernetes-yaml';
import { Key, readCleartextMessage, readKeys, verify } from 'openpgp';

/** What somebody signed for a chart (Helm 4.2, `.prov`). */
export interface Provenance {
  name: string;
  version: string;
  /** SHA-256 in hex, by the name of the file. */
  files: ReadonlyMap<string, string>;
}

/** A chart is not what somebody signed, or nobody is known who signed it. */
export class ProvenanceError extends CustomErrorBase {
  readonly name = 'ProvenanceError';
  readonly code = 'GITOPS_CHART_PROVENANCE';
}

const DIGEST = /^sha256:([0-9a-f]{64})$/;
const SEPARATOR = '\n...\n';

/**
 * Reads a provenance file, and verifies that one of the keys has signed it. A key
 * that has expired or was revoked verifies nothing.
 *
 * @param keyRings - armored or binary
 * @throws ProvenanceError
 */
export async function readProvenance(
  text: string,
  keyRings: readonly Buffer[],
): Promise<Provenance> {
  const signed = await signedText(text, await readAll(keyRings));
  const at = signed.indexOf(SEPARATOR);
  if (at < 0) {
    throw new ProvenanceError(
      'the provenance file must have at least two parts',
    );
  }
  const metadata = parse(signed.slice(0, at));
  const sums = parse(signed.slice(at + SEPARATOR.length));
  const files = new Map<string, string>();
  const listed = getOwn(sums, 'files');
  for (const [file, sum] of Object.entries(
    isJsonObject(listed) ? listed : {},
  )) {
    const digest = typeof sum === 'string' ? DIGEST.exec(sum)?.[1] : undefined;
    if (digest) {
      files.set(file, digest);
    }
  }
  return {
    name: textOf(metadata, 'name'),
    version: textOf(metadata, 'version'),
    files,
  };
}

async function readAll(keyRings: readonly Buffer[]): Promise<Key[]> {
  const keys: Key[] = [];
  for (const ring of keyRings) {
    const armoredKeys = ring.toString('utf8');
    try {
      keys.push(
        ...(await (armoredKeys.includes('-----BEGIN PGP')
          ? readKeys({ armoredKeys })
          : readKeys({ binaryKeys: new Uint8Array(ring) }))),
      );
    } catch {
      // Another one may do.
    }
  }
  if (keys.length === 0) {
    throw new ProvenanceError('there is no OpenPGP key that can be read');
  }
  return keys;
}

/** Nothing but what a key has signed. */
async function signedText(text: string, keys: readonly Key[]): Promise<string> {
  const message = await readCleartextMessage({ cleartextMessage: text }).catch(
    () => {
      throw new ProvenanceError('the provenance file has no signature');
    },
  );
  const { data, signatures } = await verify({
    message,
    verificationKeys: [...keys],
  });
  for (const { keyID, verified } of signatures) {
    const key = keys.find(each => each.getKeys(keyID).length > 0);
    try {
      await verified;
      await key!.getSigningKey(keyID, new Date());
      return data;
    } catch {
      // Another signature may do.
    }
  }
  throw new ProvenanceError(
    'the provenance file is signed by none of the given keys',
  );
}

function parse(text: string): Readonly<Record<string, JsonValue>> {
  try {
    const [document] = parseDocuments(text);
    return isJsonObject(document?.value) ? document.value : {};
  } catch {
    throw new ProvenanceError('the provenance file is no YAML');
  }
}

function textOf(
  table: Readonly<Record<string, JsonValue>>,
  field: string,
): string {
  const value = getOwn(table, field);
  return typeof value === 'string' ? value : '';
}
