import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import git from 'isomorphic-git';
import { CommitSummary } from '../../../artifacts/ArtifactIndex';
import { GitError } from './GitError';
import { GitTransport } from './GitTransport';
import { translateGitError } from './translateGitError';
import { GitTarget, RemoteReference } from './resolveReference';

/** A file of a commit. */
export interface GitFile {
  path: string;
  executable: boolean;
  /** Reads the content; valid until the checkout is disposed of. */
  read(): Promise<Uint8Array>;
}

/** A commit on this machine, until it is disposed of. */
export interface GitCheckout {
  commit: CommitSummary & { oid: string };
  /** Regular files in the order of a directory walk; no links, no submodules. */
  files(): AsyncIterable<GitFile>;
  dispose(): Promise<void>;
}

/**
 * isomorphic-git takes addresses of http only. Over ssh this one stands for the
 * repository; the transport knows where it is.
 */
const STAND_IN = 'https://repository.invalid/';

/** A Git repository over http, https or ssh. Errors are {@link GitError}s. */
export class GitRemote {
  private readonly url: string;
  private readonly address: string;
  private readonly transport: GitTransport;
  private readonly signal: AbortSignal;

  constructor(options: {
    url: string;
    transport: GitTransport;
    signal: AbortSignal;
  }) {
    this.url = options.url;
    this.address = /^https?:/i.test(options.url) ? options.url : STAND_IN;
    this.transport = options.transport;
    this.signal = options.signal;
  }

  /** Lists references below the prefixes; none when there are no prefixes. */
  async list(prefixes: readonly string[]): Promise<RemoteReference[]> {
    const found: RemoteReference[] = [];
    for (const prefix of prefixes) {
      const references = await this.attempt(() =>
        git.listServerRefs({
          http: this.transport,
          url: this.address,
          prefix,
          peelTags: true,
          protocolVersion: 2,
        }),
      );
      found.push(
        ...references.map(({ ref, oid, peeled }) => ({ ref, oid, peeled })),
      );
    }
    return found;
  }

  /** Whether the repository has no commit at all. */
  async isEmpty(): Promise<boolean> {
    const references = await this.attempt(() =>
      git.listServerRefs({
        http: this.transport,
        url: this.address,
        protocolVersion: 2,
      }),
    );
    return references.length === 0;
  }

  /**
   * Fetches one commit, shallow where its place in a branch need not be proved.
   */
  async checkout(target: GitTarget): Promise<GitCheckout> {
    const gitdir = await mkdtemp(path.join(tmpdir(), 'gitops-git-'));
    const dispose = () => rm(gitdir, { recursive: true, force: true });
    try {
      const repository = { fs, gitdir, cache: {} };
      await this.attempt(async () => {
        await git.init({ fs, gitdir, bare: true });
        // isomorphic-git wants a refspec, although one commit is all we fetch.
        await git.addRemote({
          fs,
          gitdir,
          remote: 'origin',
          url: this.address,
        });
        await git.fetch({
          ...repository,
          http: this.transport,
          url: this.address,
          remoteRef:
            target.needsHistory && target.ref ? target.ref : target.commit,
          singleBranch: true,
          tags: false,
          ...(target.needsHistory ? {} : { depth: 1 }),
        });
        if (target.needsHistory) {
          await this.requireAncestor(repository, target);
        }
      });
      const { commit } = await this.attempt(() =>
        git.readCommit({ ...repository, oid: target.commit }),
      );
      return {
        commit: {
          oid: target.commit,
          message: commit.message,
          author: commit.author.name,
          time: commit.committer.timestamp * 1_000,
        },
        files: () => walk(repository, commit.tree, ''),
        dispose,
      };
    } catch (error) {
      await dispose();
      throw error;
    }
  }

  private async requireAncestor(
    repository: { fs: typeof fs; gitdir: string; cache: object },
    target: GitTarget,
  ): Promise<void> {
    const [tip] = await this.list([target.ref!]);
    const reachable =
      tip !== undefined &&
      (tip.oid === target.commit ||
        (await git
          .isDescendent({
            ...repository,
            oid: tip.oid,
            ancestor: target.commit,
            depth: -1,
          })
          .catch(() => false)));
    if (!reachable) {
      throw new GitError(
        'GIT_REF_NOT_FOUND',
        `commit ${target.commit} is not in the history of ${target.ref}`,
      );
    }
  }

  private async attempt<T>(operation: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      throw translateGitError(
        this.transport.failure ?? error,
        this.url,
        this.signal,
      );
    }
  }
}

const DEEPEST = 256;

async function* walk(
  repository: { fs: typeof fs; gitdir: string; cache: object },
  tree: string,
  parent: string,
): AsyncIterable<GitFile> {
  if (parent.split('/').length > DEEPEST) {
    throw new GitError(
      'GIT_PROTOCOL',
      `directories are nested deeper than ${DEEPEST}: ${parent.slice(0, 200)}`,
    );
  }
  const { tree: entries } = await git.readTree({ ...repository, oid: tree });
  entries.sort((a, b) =>
    Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
  );
  for (const entry of entries) {
    if (isUnsafeName(entry.path)) {
      throw new GitError(
        'GIT_PROTOCOL',
        `the repository holds an entry of the name '${entry.path}' in '${parent}', which no file may have`,
      );
    }
    const name = parent === '' ? entry.path : `${parent}/${entry.path}`;
    if (entry.type === 'tree') {
      yield* walk(repository, entry.oid, name);
    } else if (entry.type === 'blob' && entry.mode.startsWith('100')) {
      yield {
        path: name,
        executable: entry.mode === '100755',
        read: async () =>
          (await git.readBlob({ ...repository, oid: entry.oid })).blob,
      };
    }
  }
}

function isUnsafeName(name: string): boolean {
  return (
    name === '' ||
    name === '.' ||
    name === '..' ||
    name.toLowerCase() === '.git' ||
    /[/\\\0]/.test(name)
  );
}
