import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { JsonObject, JsonValue } from '../objects';
import { modernRevision } from '../revision';

/**
 * Brings the status of an older version over: `checksum` of artifacts becomes
 * `digest`, `latestImage` becomes `latestRef`. What has no successor is dropped
 * without a word, because each reconcile writes the status anew.
 */
export function convertStatus(status: JsonObject): void {
  for (const name of ['artifact', 'includedArtifacts']) {
    const value = status[name];
    const converted = Array.isArray(value)
      ? value.map(convertArtifact).filter(item => item !== undefined)
      : convertArtifact(value);
    if (converted === undefined) delete status[name];
    else status[name] = converted;
  }
  const { latestImage } = status;
  if (typeof latestImage === 'string' && status.latestRef === undefined) {
    const colon = latestImage.lastIndexOf(':');
    if (colon > latestImage.lastIndexOf('/')) {
      status.latestRef = {
        name: latestImage.slice(0, colon),
        tag: latestImage.slice(colon + 1),
      };
    }
  }
}

function convertArtifact(value: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(value)) return undefined;
  const { checksum, ...artifact } = value;
  if (typeof artifact.revision === 'string') {
    artifact.revision = modernRevision(artifact.revision);
  }
  if (artifact.digest === undefined && typeof checksum === 'string') {
    const algorithm = { 40: 'sha1', 64: 'sha256' }[checksum.length];
    if (algorithm) artifact.digest = `${algorithm}:${checksum}`;
  }
  // Without a digest nobody could verify it: it is made again.
  return artifact.digest === undefined ? undefined : artifact;
}
