import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { LoadingCache } from '../util/LoadingCache';
import { comparePaths } from './comparePaths';
import { ArchiveLimits, unpackArchive } from './unpackArchive';

/** A file or folder in a folder of an artifact. */
export interface ArtifactContent {
  name: string;
  type: 'file' | 'folder';
  /** Bytes; of a folder, those of all files below it. */
  size: number;
  executable: boolean;
}

/** A file of an artifact. */
export interface ArtifactFileContent {
  /** Bytes. */
  size: number;
  executable: boolean;
  /** Undefined where the file is larger than was asked for. */
  content: Buffer | undefined;
}

type Folder = Map<string, ArtifactContent>;

interface Tree {
  /** By path; that of the root is empty. */
  folders: Map<string, Folder>;
  entries: number;
}

/**
 * Looks into artifacts for people: what is in a folder, what is in a file. Trees
 * of the artifacts that were looked at last are kept, contents are not: a file is
 * read by streaming the archive, whose digest is verified each time.
 */
export class ArtifactContents {
  private readonly store: ArtifactStore;
  private readonly limits: ArchiveLimits;
  private readonly trees: LoadingCache<Tree>;

  constructor(options: {
    store: ArtifactStore;
    limits?: ArchiveLimits;
    /** Files and folders of all trees that are kept. Default 200,000. */
    maxCachedEntries?: number;
  }) {
    this.store = options.store;
    this.limits = options.limits ?? {};
    this.trees = new LoadingCache({
      load: digest => this.load(digest),
      weigh: ({ entries }) => entries,
      maxWeight: options.maxCachedEntries ?? 200_000,
    });
  }

  /**
   * What is in a folder, folders first, by name; undefined where there is none.
   *
   * @throws ArtifactNotFoundError, ArtifactCorruptError, ArchiveError
   */
  async folder(
    digest: string,
    path: string,
  ): Promise<ArtifactContent[] | undefined> {
    const { folders } = await this.trees.get(digest);
    const folder = folders.get(path);
    return (
      folder &&
      [...folder.values()].sort((a, b) =>
        a.type === b.type
          ? comparePaths(a.name, b.name)
          : Number(a.type === 'file') - Number(b.type === 'file'),
      )
    );
  }

  /**
   * A file, with its content up to so many bytes; undefined where there is none.
   *
   * @throws ArtifactNotFoundError, ArtifactCorruptError, ArchiveError
   */
  async file(
    digest: string,
    path: string,
    options: { maxBytes: number; signal?: AbortSignal },
  ): Promise<ArtifactFileContent | undefined> {
    const { folders } = await this.trees.get(digest);
    const slash = path.lastIndexOf('/');
    const entry = folders
      .get(path.slice(0, Math.max(slash, 0)))
      ?.get(path.slice(slash + 1));
    if (entry?.type !== 'file') {
      return undefined;
    }
    const { size, executable } = entry;
    if (size > options.maxBytes) {
      return { size, executable, content: undefined };
    }
    const { signal } = options;
    let content: Buffer | undefined;
    await unpackArchive(
      await this.store.open(digest, { signal }),
      { limits: this.limits, signal },
      async file => {
        const chunks: Buffer[] = [];
        for await (const chunk of file.content) {
          if (file.path === path) {
            chunks.push(chunk);
          }
        }
        if (file.path === path) {
          content = Buffer.concat(chunks);
        }
      },
    );
    return { size, executable, content };
  }

  private async load(digest: string): Promise<Tree> {
    const folders = new Map<string, Folder>([['', new Map()]]);
    let entries = 0;
    await unpackArchive(
      await this.store.open(digest),
      { limits: this.limits },
      async ({ path, executable, content }) => {
        let size = 0;
        for await (const chunk of content) {
          size += chunk.length;
        }
        entries += addFile(folders, path, { size, executable });
      },
    );
    return { folders, entries };
  }
}

/** Gives the number of entries that are new. */
function addFile(
  folders: Map<string, Folder>,
  path: string,
  { size, executable }: { size: number; executable: boolean },
): number {
  let added = 0;
  let parent = '';
  const parts = path.split('/');
  parts.forEach((name, i) => {
    const folder = folders.get(parent)!;
    parent = parent ? `${parent}/${name}` : name;
    const known = folder.get(name);
    added += known ? 0 : 1;
    if (i === parts.length - 1) {
      folder.set(name, { name, type: 'file', size, executable });
      return;
    }
    if (known?.type === 'folder') {
      known.size += size;
    } else {
      folder.set(name, { name, type: 'folder', size, executable: false });
    }
    if (!folders.has(parent)) {
      folders.set(parent, new Map());
    }
  });
  return added;
}
