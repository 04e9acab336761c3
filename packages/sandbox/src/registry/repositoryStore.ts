import * as fs from 'node:fs';
import * as path from 'node:path';

/** Content types that name manifests which name others. */
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

/** An entry of an index. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Readonly<Record<string, string>>;
  artifactType?: string;
  platform?: { os: string; architecture: string };
}

/** A manifest as it was pushed. */
export interface StoredManifest {
  mediaType: string;
  bytes: Buffer;
  /** Digest of what it refers to. */
  subject?: string;
  artifactType?: string;
  annotations?: Readonly<Record<string, string>>;
}

/** Manifests and tags of one name. */
export class Repository {
  readonly manifests = new Map<string, StoredManifest>();
  private readonly byTag = new Map<string, string>();
  /** While they are as they were sorted. */
  private sorted: readonly string[] | undefined;
  /** Digests of blobs that were pushed to it. */
  readonly blobs = new Set<string>();

  /** @param reference - a tag or digest */
  find(
    reference: string,
  ): { digest: string; manifest: StoredManifest } | undefined {
    const digest = this.byTag.get(reference) ?? reference;
    const manifest = this.manifests.get(digest);
    return manifest && { digest, manifest };
  }

  /** Tags in the order in which they are listed. */
  listTags(): readonly string[] {
    this.sorted ??= [...this.byTag.keys()].sort();
    return this.sorted;
  }

  /** Tags and the digests that they name. */
  get tags(): ReadonlyMap<string, string> {
    return this.byTag;
  }

  setTag(tag: string, digest: string): void {
    this.byTag.set(tag, digest);
    this.sorted = undefined;
  }

  /** Gives whether there was such a tag. */
  deleteTag(tag: string): boolean {
    this.sorted = undefined;
    return this.byTag.delete(tag);
  }

  /** What refers to a digest, as an index. */
  referrers(digest: string, artifactType: string | null) {
    const manifests: Descriptor[] = [...this.manifests]
      .filter(
        ([, { subject, artifactType: type }]) =>
          subject === digest && (!artifactType || artifactType === type),
      )
      .map(([own, manifest]) => ({
        mediaType: manifest.mediaType,
        digest: own,
        size: manifest.bytes.length,
        ...(manifest.artifactType && { artifactType: manifest.artifactType }),
        ...(manifest.annotations && { annotations: manifest.annotations }),
      }));
    return { schemaVersion: 2, mediaType: INDEX_TYPE, manifests };
  }
}

interface Saved {
  name: string;
  tags: Record<string, string>;
  blobs: string[];
  manifests: { digest: string; mediaType: string; text: string }[];
}

/** The repositories of a registry, kept in a directory where there is one. */
export class RepositoryStore {
  private readonly repositories = new Map<string, Repository>();

  constructor(private readonly directory: string | undefined) {
    if (directory) {
      fs.mkdirSync(directory, { recursive: true });
      for (const file of fs.readdirSync(directory)) {
        this.load(path.join(directory, file));
      }
    }
  }

  get(name: string): Repository | undefined {
    return this.repositories.get(name);
  }

  make(name: string): Repository {
    const repository = this.repositories.get(name) ?? new Repository();
    this.repositories.set(name, repository);
    return repository;
  }

  names(): string[] {
    return [...this.repositories.keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  /** Call it after each change. */
  save(name: string): void {
    const repository = this.get(name);
    if (!this.directory || !repository) return;
    const saved: Saved = {
      name,
      tags: Object.fromEntries(repository.tags),
      blobs: [...repository.blobs],
      manifests: [...repository.manifests].map(
        ([digest, { mediaType, bytes }]) => ({
          ...{ digest, mediaType },
          text: bytes.toString('base64'),
        }),
      ),
    };
    const file = path.join(this.directory, encodeURIComponent(name));
    fs.writeFileSync(`${file}.new`, JSON.stringify(saved));
    fs.renameSync(`${file}.new`, `${file}.json`);
  }

  private load(file: string): void {
    if (!file.endsWith('.json')) return;
    const saved = JSON.parse(fs.readFileSync(file, 'utf8')) as Saved;
    const repository = this.make(saved.name);
    for (const [tag, digest] of Object.entries(saved.tags)) {
      repository.setTag(tag, digest);
    }
    for (const digest of saved.blobs) repository.blobs.add(digest);
    for (const { digest, mediaType, text } of saved.manifests) {
      const bytes = Buffer.from(text, 'base64');
      repository.manifests.set(digest, describeManifest(mediaType, bytes));
    }
  }
}

/** What the registry has to know of a manifest. @throws where it is no JSON */
export function describeManifest(
  mediaType: string,
  bytes: Buffer,
): StoredManifest {
  const json = JSON.parse(bytes.toString('utf8'));
  const artifactType = json.artifactType ?? json.config?.mediaType;
  return {
    ...{ mediaType, bytes },
    ...(json.subject?.digest && { subject: String(json.subject.digest) }),
    ...(artifactType && { artifactType: String(artifactType) }),
    ...(json.annotations && { annotations: json.annotations }),
  };
}
