import { isJsonObject, JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { manifestDigest } from './manifestDigest';
import { readParts } from './readDocuments';

/**
 * A document that was found again in its file.
 *
 * @public
 */
export interface FoundManifest {
  /** Its place now; may have changed with the file around it. */
  document: string;
  /** As Kubernetes reads it. */
  manifest: JsonObject;
}

/**
 * Finds the document of a digest in a file: at the place that it had if it is
 * still there, else wherever it is. Undefined where the file does not have it
 * any more. Documents that cannot be read are passed over.
 *
 * @public
 */
export function findManifest(
  text: string,
  wanted: { digest: string; document: string },
): FoundManifest | undefined {
  const found = readParts(text)
    .flatMap(({ documents }) => documents)
    .flatMap(({ id, value }) =>
      isJsonObject(value) && manifestDigest(value) === wanted.digest
        ? [{ document: id, manifest: value }]
        : [],
    );
  return found.find(({ document }) => document === wanted.document) ?? found[0];
}
