import { Readable } from 'node:stream';
import { CommitSummary } from '../../../artifacts/ArtifactIndex';
import { ObjectFormat } from './objects/objectFormat';
import { LARGEST_TREE } from './objects/parseTree';
import { Commit, LARGEST_COMMIT } from './objects/parseCommit';
import { walkTree, WalkedEntry } from './objects/walkTree';
import { PackFile } from './pack/PackFile';
import { EditedTree, editTree } from './push/editTree';
import { GitTarget } from './resolveReference';
import { SignedObject, splitCommit, splitTag } from './verify/signedObject';

/** A file of a commit; readable until its checkout is disposed of. */
export interface GitFile {
  path: string;
  executable: boolean;
  /** Bytes. */
  size: number;
  /** The content as a whole. */
  read(): Promise<Buffer>;
  /** The content piece by piece. */
  open(): Readable;
}

/** There may be a hundred thousand of them, so each holds little. */
class PackedFile implements GitFile {
  constructor(
    private readonly pack: PackFile,
    readonly path: string,
    readonly executable: boolean,
    private readonly oid: string,
  ) {}

  get size(): number {
    return this.pack.sizeOf(this.oid, 'blob');
  }

  read(): Promise<Buffer> {
    return this.pack.read(this.oid, 'blob', this.size);
  }

  open(): Readable {
    return Readable.from(this.pack.stream(this.oid, 'blob'), {
      objectMode: false,
    });
  }
}

/** A commit on this machine, until it is disposed of. */
export class GitCheckout {
  readonly commit: CommitSummary & { oid: string };
  readonly target: GitTarget;
  private readonly pack: PackFile;
  readonly format: ObjectFormat;
  private readonly tree: string;
  private readonly maxFiles: number;
  private readonly signal: AbortSignal;

  constructor(options: {
    pack: PackFile;
    format: ObjectFormat;
    target: GitTarget;
    commit: Commit;
    maxFiles: number;
    signal: AbortSignal;
  }) {
    const { message, author, time, tree } = options.commit;
    this.commit = { oid: options.target.commit, message, author, time };
    this.target = options.target;
    this.pack = options.pack;
    this.format = options.format;
    this.tree = tree;
    this.maxFiles = options.maxFiles;
    this.signal = options.signal;
  }

  /** Bytes of what was fetched. */
  get bytes(): number {
    return this.pack.bytes;
  }

  /** The commit, and the signature on it. @throws GitError */
  async signedCommit(): Promise<SignedObject> {
    const { oid } = this.commit;
    const raw = await this.pack.read(oid, 'commit', LARGEST_COMMIT);
    return splitCommit(raw, this.format);
  }

  /** The tag object, if there is one, and the signature on it. @throws GitError */
  async signedTag(): Promise<SignedObject | undefined> {
    const { tag } = this.target;
    return tag?.oid === undefined
      ? undefined
      : splitTag(await this.pack.read(tag.oid, 'tag', LARGEST_COMMIT));
  }

  /** Whether the commit has a file or directory of this path. @throws GitError */
  async has(path: string): Promise<boolean> {
    for await (const _ of this.entries([path])) {
      return true;
    }
    return false;
  }

  /**
   * Files, links and submodules in the order of a directory walk, of these
   * directories only or of all.
   *
   * @throws GitError
   */
  entries(only?: readonly string[]): AsyncGenerator<WalkedEntry> {
    const { pack, format, tree, maxFiles, signal } = this;
    return walkTree({ pack, format, tree, only, maxFiles, signal });
  }

  /** Regular files in the order of a directory walk; no links, no submodules. */
  async *files(only?: readonly string[]): AsyncGenerator<GitFile> {
    for await (const entry of this.entries(only)) {
      if (entry.kind === 'file' || entry.kind === 'executable') {
        yield this.file(entry);
      }
    }
  }

  /** The file that an entry stands for. @throws GitError */
  file({ path, kind, oid }: WalkedEntry): GitFile {
    return new PackedFile(this.pack, path, kind === 'executable', oid);
  }

  /**
   * The root directory with other contents of some files that it has.
   *
   * @throws GitError
   */
  edit(files: ReadonlyMap<string, Buffer>): Promise<EditedTree> {
    const { pack, format, tree } = this;
    const read = (oid: string) => pack.read(oid, 'tree', LARGEST_TREE);
    return editTree({ tree, format, read, files });
  }

  dispose(): Promise<void> {
    return this.pack.close();
  }
}
