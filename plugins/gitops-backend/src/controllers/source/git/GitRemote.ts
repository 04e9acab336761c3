import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { FetchLimits } from '@backstage-gitops/plugin-gitops-node';
import { GitCheckout } from './GitCheckout';
import { GitError } from './GitError';
import { GitTransport } from './GitTransport';
import { Commit, LARGEST_COMMIT, parseCommit } from './objects/parseCommit';
import { parseTag } from './objects/parseTag';
import { PackFile } from './pack/PackFile';
import { receivePack } from './pack/receivePack';
import { PackRequest, UploadPackClient } from './protocol/UploadPackClient';
import { GitTarget, RemoteReference } from './resolveReference';

/** What objects may have together, unpacked, for each byte of the limit. */
const UNPACKED_RATIO = 8;
/** Objects of one pack; what is kept of each is some 70 bytes. */
const MOST_OBJECTS = 2_000_000;

/** Tags of tags. */
const DEEPEST_TAG = 8;

/** What {@link GitRemote} is made of. */
export interface GitRemoteOptions {
  transport: GitTransport;
  /** A directory for packs, which whoever made it deletes. */
  directory: () => Promise<string>;
  limits: FetchLimits;
  signal: AbortSignal;
}

type Wanted = Omit<PackRequest, 'maxBytes'>;

/**
 * A Git repository over http, https or ssh. What is fetched lies on disk, never
 * as a whole in memory. Errors are {@link GitError}s.
 */
export class GitRemote {
  private readonly client: UploadPackClient;
  private readonly options: GitRemoteOptions;

  constructor(options: GitRemoteOptions) {
    this.client = new UploadPackClient(options.transport);
    this.options = options;
  }

  /** Lists references below the prefixes; none when there are no prefixes. */
  async list(prefixes: readonly string[]): Promise<RemoteReference[]> {
    return prefixes.length === 0 ? [] : this.client.list(prefixes);
  }

  /** Whether the repository has no commit at all. */
  isEmpty(): Promise<boolean> {
    return this.client.isEmpty();
  }

  /** When commits were made, in milliseconds since the epoch. */
  async commitTimes(commits: readonly string[]): Promise<number[]> {
    const pack = await this.receive({
      wants: [...new Set(commits)],
      ...{ shallow: true, commitsOnly: true },
    });
    try {
      const times: number[] = [];
      for (const oid of commits) {
        times.push((await readCommit(pack, oid)).time);
      }
      return times;
    } finally {
      await pack.close();
    }
  }

  /** Of tags of one version, that of the newest commit (Flux 2.9). */
  async newestOf(tags: readonly RemoteReference[]): Promise<RemoteReference> {
    const times = await this.commitTimes(
      tags.map(({ oid, peeled }) => peeled ?? oid),
    );
    return tags.reduce((best, tag) =>
      times[tags.indexOf(tag)] >= times[tags.indexOf(best)] ? tag : best,
    );
  }

  /**
   * The commits that one has and another has not, that one first; undefined where
   * they are more than `most`.
   */
  async commitsBetween(
    base: string,
    tip: string,
    most: number,
  ): Promise<(Commit & { oid: string })[] | undefined> {
    const pack = await this.receive({
      ...{ wants: [tip], haves: [base], commitsOnly: true },
    });
    try {
      const commits: (Commit & { oid: string })[] = [];
      const seen = new Set([tip]);
      for (const oid of seen) {
        if (pack.find(oid)?.type !== 'commit') {
          continue;
        }
        if (commits.length === most) {
          return undefined;
        }
        const commit = await readCommit(pack, oid);
        commits.push({ ...commit, oid });
        commit.parents.forEach(parent => seen.add(parent));
      }
      return commits;
    } finally {
      await pack.close();
    }
  }

  /**
   * Fetches one commit without its history, and its tag; where it has to be
   * found in a history, that is fetched too, without files where the server can.
   */
  async checkout(target: GitTarget): Promise<GitCheckout> {
    if (target.historyOf) {
      const filtered = await this.client.canFilter();
      const wants = [target.historyOf];
      const pack = await this.receive({ wants, commitsOnly: filtered });
      const found = await isInHistory(pack, target.historyOf, target.commit);
      if (found && !filtered) {
        return this.open(pack, target);
      }
      await pack.close();
      if (!found) {
        throw new GitError(
          'GIT_REF_NOT_FOUND',
          `commit ${target.commit} is not in the history of ${target.ref}`,
        );
      }
    }
    return this.open(await this.receiveCommit(target), target);
  }

  close(): Promise<void> {
    return this.options.transport.close();
  }

  private async receiveCommit(target: GitTarget): Promise<PackFile> {
    const isNamed = target.ref !== undefined && !target.historyOf;
    if (isNamed || (await this.client.canWantAny())) {
      return this.receive({
        wants: [target.tag?.oid ?? target.commit],
        shallow: true,
      });
    }
    // Old servers give only what they name, so all of it has to be fetched.
    const all = await this.client.list(['refs/heads/', 'refs/tags/']);
    const wants = [...new Set(all.map(({ oid }) => oid))];
    const pack = await this.receive({ wants });
    if (!pack.find(target.commit)) {
      await pack.close();
      throw new GitError(
        'GIT_REF_NOT_FOUND',
        `commit ${target.commit} is in no branch and no tag of the repository`,
      );
    }
    return pack;
  }

  private async receive(wanted: Wanted): Promise<PackFile> {
    const { directory, limits, signal } = this.options;
    signal.throwIfAborted();
    const file = path.join(await directory(), `${randomUUID()}.pack`);
    const chunks = this.client.fetch({ ...wanted, maxBytes: limits.bytes });
    try {
      return await receivePack(chunks, {
        file,
        format: this.client.format,
        limits: {
          bytes: limits.bytes,
          unpackedBytes: limits.bytes * UNPACKED_RATIO,
          objects: MOST_OBJECTS,
        },
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      // What is open can be read for as long as it is.
      await rm(file, { force: true });
    }
  }

  private async open(pack: PackFile, target: GitTarget): Promise<GitCheckout> {
    try {
      await requireTagged(pack, target);
      const commit = await readCommit(pack, target.commit);
      return new GitCheckout({
        ...{ pack, commit, target },
        format: this.client.format,
        maxFiles: this.options.limits.files,
        signal: this.options.signal,
      });
    } catch (error) {
      await pack.close();
      throw error;
    }
  }
}

async function readCommit(pack: PackFile, oid: string) {
  return parseCommit(await pack.read(oid, 'commit', LARGEST_COMMIT), oid);
}

/** What a server says of a tag is believed once the tag itself says so. */
async function requireTagged(
  pack: PackFile,
  { tag, commit }: GitTarget,
): Promise<void> {
  if (tag?.oid === undefined) {
    return;
  }
  let oid = tag.oid;
  for (let depth = 0; depth < DEEPEST_TAG; depth++) {
    const raw = await pack.read(oid, 'tag', LARGEST_COMMIT);
    const { object, type } = parseTag(raw, oid);
    if (type === 'commit' && object === commit) {
      return;
    }
    if (type !== 'tag') {
      break;
    }
    oid = object;
  }
  throw new GitError(
    'GIT_CORRUPT',
    `the tag ${tag.name} does not stand for the commit ${commit}, as the server says`,
  );
}

async function isInHistory(
  pack: PackFile,
  tip: string,
  commit: string,
): Promise<boolean> {
  const seen = new Set([tip]);
  for (const oid of seen) {
    if (oid === commit) {
      return true;
    }
    // A server may have cut its own history off.
    if (pack.find(oid)?.type === 'commit') {
      (await readCommit(pack, oid)).parents.forEach(each => seen.add(each));
    }
  }
  return false;
}
