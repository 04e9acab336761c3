const SOURCE = 'org.opencontainers.image.source';
const REVISION = 'org.opencontainers.image.revision';

/** Bytes of all annotations; more would not fit beside the rest of a status. */
const MOST_BYTES = 64 * 1024;

/** Annotations of a manifest as `status.artifact.metadata`; those that are too much are left out. */
export function artifactMetadata(
  annotations: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const known = [SOURCE, REVISION, 'org.opencontainers.image.created'];
  const names = [
    ...known.filter(name => Object.hasOwn(annotations, name)),
    ...Object.keys(annotations).filter(name => !known.includes(name)),
  ];
  const metadata: [string, string][] = [];
  let bytes = 0;
  for (const name of names) {
    const size = Buffer.byteLength(name) + Buffer.byteLength(annotations[name]);
    if (bytes + size <= MOST_BYTES) {
      bytes += size;
      metadata.push([name, annotations[name]]);
    }
  }
  return metadata.length > 0 ? Object.fromEntries(metadata) : undefined;
}

/** How the event tells where an artifact was made of. */
export function describeOrigin(
  metadata: Readonly<Record<string, string>> = {},
): string {
  const source = metadata[SOURCE];
  const revision = metadata[REVISION];
  return source && revision
    ? `, origin source '${source}', origin revision '${revision}'`
    : '';
}
