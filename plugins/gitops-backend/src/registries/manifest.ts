import { isDigest } from './digest';
import { RegistryError } from './RegistryError';

/** Media types of manifests that are understood. */
export const MediaType = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

/** What a client says that it can read. */
export const MANIFEST_TYPES = Object.values(MediaType).join(', ');

/** Names content by its digest. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
  annotations: Readonly<Record<string, string>>;
  /** Of an entry of an index, where it has one. */
  platform?: { os: string; architecture: string; variant?: string };
  /** Of an entry of a list of referrers. */
  artifactType?: string;
}

/** One image, or one artifact. */
export interface ImageManifest {
  type: 'image';
  mediaType: string;
  artifactType?: string;
  annotations: Readonly<Record<string, string>>;
  config?: Descriptor;
  layers: readonly Descriptor[];
}

/** Several images under one name. */
export interface ImageIndex {
  type: 'index';
  mediaType: string;
  annotations: Readonly<Record<string, string>>;
  manifests: readonly Descriptor[];
}

/** What a tag or digest leads to. */
export type Manifest = ImageManifest | ImageIndex;

/** Layers of an image, entries of an index. */
const MOST_ENTRIES = 10_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a manifest (OCI image specification 1.1, Docker image manifest version 2,
 * schema 2).
 *
 * @param contentType - counts where the manifest does not say what it is
 * @throws RegistryError REGISTRY_BAD_ANSWER
 */
export function parseManifest(bytes: Buffer, contentType: string): Manifest {
  let json: Json | undefined;
  try {
    json = objectOf(JSON.parse(bytes.toString('utf8')));
  } catch {
    json = undefined;
  }
  if (!json) {
    throw bad('the manifest is no JSON');
  }
  const mediaType =
    typeof json.mediaType === 'string' && json.mediaType !== ''
      ? json.mediaType
      : contentType.split(';')[0].trim();
  const annotations = stringsOf(json.annotations);
  switch (mediaType) {
    case MediaType.ociIndex:
    case MediaType.dockerList:
      return {
        type: 'index',
        ...{ mediaType, annotations },
        manifests: descriptorsOf(json.manifests, 'manifests'),
      };
    case MediaType.ociManifest:
    case MediaType.dockerManifest: {
      const config = objectOf(json.config);
      return {
        type: 'image',
        ...{ mediaType, annotations },
        ...(typeof json.artifactType === 'string' && {
          artifactType: json.artifactType,
        }),
        ...(config && { config: descriptorOf(config, 'config') }),
        layers: descriptorsOf(json.layers, 'layers'),
      };
    }
    default:
      throw bad(
        `the manifest is of media type '${mediaType.slice(0, 100)}', which is not understood`,
      );
  }
}

function descriptorsOf(value: unknown, field: string): Descriptor[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value) || value.length > MOST_ENTRIES) {
    throw bad(`'${field}' of the manifest is no list, or too long a one`);
  }
  return value.map((entry, index) =>
    descriptorOf(objectOf(entry), `${field}[${index}]`),
  );
}

function descriptorOf(json: Json | undefined, field: string): Descriptor {
  const { mediaType, digest, size, artifactType } = json ?? {};
  if (
    typeof mediaType !== 'string' ||
    typeof digest !== 'string' ||
    !isDigest(digest) ||
    !Number.isSafeInteger(size) ||
    (size as number) < 0
  ) {
    throw bad(
      `'${field}' of the manifest is no descriptor with mediaType, digest and size`,
    );
  }
  const platform = objectOf(json?.platform);
  return {
    ...{ mediaType, digest, size: size as number },
    annotations: stringsOf(json?.annotations),
    ...(platform && {
      platform: {
        os: String(platform.os ?? ''),
        architecture: String(platform.architecture ?? ''),
        ...(typeof platform.variant === 'string' && {
          variant: platform.variant,
        }),
      },
    }),
    ...(typeof artifactType === 'string' && { artifactType }),
  };
}

function objectOf(value: unknown): Json | undefined {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

function stringsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectOf(value) ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

function bad(problem: string): RegistryError {
  return new RegistryError('REGISTRY_BAD_ANSWER', problem);
}
