import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  Artifact,
  externalArtifactKind,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ArtifactStore,
  FetchLimits,
} from '@backstage-gitops/plugin-gitops-node';
import { ArtifactUrls } from '../../../artifacts/ArtifactUrls';
import { packArchive } from '../../../artifacts/packArchive';
import { SourceIgnore } from '../../../artifacts/sourceIgnore';
import { spoolArchive, SpooledFile } from '../../../artifacts/spoolArchive';
import { applyCopies } from './applyCopies';
import { directoryHash } from './directoryHash';
import { ArtifactRequest } from './expandArtifacts';
import { FileTree } from './FileTree';
import { ORIGIN_REVISION } from './observeSources';

/** What {@link ArtifactBuilder} is made of. */
export interface ArtifactBuilderOptions {
  store: ArtifactStore;
  urls: ArtifactUrls;
  limits: FetchLimits;
  namespace: string;
  /** By alias. */
  sources: ReadonlyMap<string, Artifact>;
  signal: AbortSignal;
  now: () => number;
}

/** An artifact in the store. */
export interface BuiltArtifact {
  artifact: Artifact;
  /** Last part of its path. */
  fileName: string;
}

/**
 * Makes the artifacts of one generator. Contents of its sources lie on disk until
 * it is disposed of.
 */
export class ArtifactBuilder {
  private readonly options: ArtifactBuilderOptions;
  private directory: string | undefined;
  private spools = 0;

  constructor(options: ArtifactBuilderOptions) {
    this.options = options;
  }

  /**
   * The files of all sources, by alias.
   *
   * @throws ArchiveError, ArtifactNotFoundError, ArtifactCorruptError
   */
  async fetch(): Promise<ReadonlyMap<string, FileTree>> {
    const trees = new Map<string, FileTree>();
    for (const [alias, { digest }] of this.options.sources) {
      const { store, signal } = this.options;
      const files = await this.unpack(await store.open(digest, { signal }));
      trees.set(alias, FileTree.of(files));
    }
    return trees;
  }

  /** @throws Error in Flux's words, ArtifactTooLargeError */
  async build(
    request: ArtifactRequest,
    trees: ReadonlyMap<string, FileTree>,
  ): Promise<BuiltArtifact> {
    const { store, urls, limits, signal, namespace } = this.options;
    const staged = await applyCopies(request.copy, {
      ...{ sources: trees, limits, signal },
      unpack: archive => this.unpack(archive),
    });
    const files = staged.entries();
    const fileName = `${await directoryHash(files, request.name)}.tar.gz`;
    const ignore = new SourceIgnore({ files: [] });
    const { digest, size } = await store.put(
      packArchive(
        files
          .filter(([path]) => !ignore.ignores(path, false))
          .map(([path, file]) => ({
            path,
            executable: file.executable,
            content: { size: file.size, open: () => file.open() },
          })),
      ),
      { maxSize: limits.bytes, signal },
    );
    const metadata = this.metadataOf(request);
    return {
      fileName,
      artifact: {
        path: `${externalArtifactKind.singular}/${namespace}/${request.name}/${fileName}`,
        url: urls.sign(digest),
        revision: this.revisionOf(request) ?? `latest@${digest}`,
        ...{ digest, size },
        lastUpdateTime: new Date(this.options.now())
          .toISOString()
          .replace(/\.\d+Z$/, 'Z'),
        ...(metadata && { metadata }),
      },
    };
  }

  async dispose(): Promise<void> {
    if (this.directory) {
      await rm(this.directory, { recursive: true, force: true });
    }
  }

  private revisionOf({ revision }: ArtifactRequest): string | undefined {
    return revision && this.sourceOf(revision)?.revision;
  }

  private metadataOf({
    originRevision,
  }: ArtifactRequest): Record<string, string> | undefined {
    const source = originRevision && this.sourceOf(originRevision);
    return source
      ? {
          [ORIGIN_REVISION]:
            source.metadata?.[ORIGIN_REVISION] || source.revision,
        }
      : undefined;
  }

  private sourceOf(alias: string): Artifact | undefined {
    return this.options.sources.get(alias.replace(/^@/, ''));
  }

  private async unpack(
    archive: Readable,
  ): Promise<ReadonlyMap<string, SpooledFile>> {
    const { limits, signal } = this.options;
    this.directory ??= await mkdtemp(join(tmpdir(), 'gitops-generator-'));
    return spoolArchive(archive, join(this.directory, `${this.spools++}`), {
      signal,
      limits: {
        maxTotalSize: limits.bytes,
        maxFileSize: limits.bytes,
        maxEntries: limits.files,
      },
    });
  }
}
