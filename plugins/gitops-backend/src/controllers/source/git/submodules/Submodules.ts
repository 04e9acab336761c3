import { assertError } from '@backstage/errors';
import { GitCredentialError } from '../access/GitCredentialError';
import { GitCheckout, GitFile } from '../GitCheckout';
import { GitError } from '../GitError';
import { GitRemote } from '../GitRemote';
import { revisionOf } from '../resolveReference';
import { LARGEST_GITMODULES, parseGitmodules } from './parseGitmodules';
import { submoduleUrl } from './submoduleUrl';

/** Submodules in submodules (Flux 2.9). */
const DEEPEST = 10;
/** Of one source. */
const MOST = 100;
const GITMODULES = '.gitmodules';

/** What {@link Submodules} is made of. */
export interface SubmodulesOptions {
  /** Bytes of all that is fetched. */
  maxBytes: number;
  /** Opens a repository of which so many bytes may be fetched. */
  open(url: string, maxBytes: number): Promise<GitRemote>;
}

/**
 * Fetches the submodules of a commit, and theirs. They are on this machine until
 * all is disposed of.
 */
export class Submodules {
  private readonly options: SubmodulesOptions;
  private readonly checkouts: GitCheckout[] = [];
  private bytes = 0;

  constructor(options: SubmodulesOptions) {
    this.options = options;
  }

  /**
   * The regular files of a commit with those of its submodules, in the order of
   * a directory walk. A submodule that .gitmodules does not name is left out, as
   * by Git.
   *
   * @throws GitError
   */
  async *files(
    checkout: GitCheckout,
    url: string,
    only?: readonly string[],
    place: { path: string; depth: number } = { path: '', depth: 0 },
  ): AsyncGenerator<GitFile> {
    let urls: ReadonlyMap<string, string> | undefined;
    for await (const entry of checkout.entries(only)) {
      const path = place.path + entry.path;
      if (entry.kind === 'file' || entry.kind === 'executable') {
        yield checkout.file({ ...entry, path });
      } else if (entry.kind === 'submodule') {
        urls ??= await readGitmodules(checkout);
        const from = urls.get(entry.path);
        if (from !== undefined) {
          const home = submoduleUrl(url, from, path);
          const depth = place.depth + 1;
          const submodule = await this.fetch(home, entry.oid, path, depth);
          const below = partsBelow(entry.path, only);
          yield* this.files(submodule, home, below, {
            path: `${path}/`,
            depth,
          });
        }
      }
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(
      this.checkouts.splice(0).map(checkout => checkout.dispose()),
    );
  }

  private async fetch(
    url: string,
    commit: string,
    path: string,
    depth: number,
  ): Promise<GitCheckout> {
    if (depth > DEEPEST) {
      throw new GitError(
        'GIT_SUBMODULE',
        `submodules are nested deeper than ${DEEPEST}: '${path.slice(0, 200)}'`,
      );
    }
    if (this.checkouts.length >= MOST) {
      throw new GitError(
        'GIT_SUBMODULE',
        `there are more than ${MOST} submodules`,
      );
    }
    try {
      const remote = await this.options.open(
        url,
        this.options.maxBytes - this.bytes,
      );
      try {
        const checkout = await remote.checkout({
          commit,
          revision: revisionOf(undefined, commit),
        });
        this.checkouts.push(checkout);
        this.bytes += checkout.bytes;
        return checkout;
      } finally {
        await remote.close();
      }
    } catch (error) {
      assertError(error);
      throw error instanceof GitError || error instanceof GitCredentialError
        ? new GitError(
            error instanceof GitError ? error.code : 'GIT_AUTHENTICATION',
            `submodule '${path}' cannot be fetched: ${error.message}`,
          )
        : error;
    }
  }
}

async function readGitmodules(
  checkout: GitCheckout,
): Promise<ReadonlyMap<string, string>> {
  for await (const entry of checkout.entries([GITMODULES])) {
    // A link could lead anywhere, and Git does not follow it either.
    const file = entry.kind === 'file' ? checkout.file(entry) : undefined;
    if (file && file.size <= LARGEST_GITMODULES) {
      return parseGitmodules((await file.read()).toString('utf8'));
    }
  }
  return new Map();
}

/** What is wanted of a submodule; undefined: all. */
function partsBelow(
  path: string,
  only: readonly string[] | undefined,
): string[] | undefined {
  return !only || only.some(wanted => `${path}/`.startsWith(`${wanted}/`))
    ? undefined
    : only
        .filter(wanted => wanted.startsWith(`${path}/`))
        .map(wanted => wanted.slice(path.length + 1));
}
