import { GitRepository } from '@backstage-gitops/plugin-gitops-common';
import { FetchLimits } from '@backstage-gitops/plugin-gitops-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GitAccess } from '../../source/git/access/GitAccess';
import { GitCheckout } from '../../source/git/GitCheckout';
import { GitError } from '../../source/git/GitError';
import { GitRemote } from '../../source/git/GitRemote';
import {
  ReceivePackClient,
  ReferenceUpdate,
} from '../../source/git/push/ReceivePackClient';
import {
  GitTarget,
  referencePrefixes,
  RemoteReference,
  resolveReference,
} from '../../source/git/resolveReference';
import { PushTarget } from './pushTarget';

/** Where the work on a branch begins. */
export interface Start {
  checkout: GitCheckout;
  /** Where the branch is now; undefined: it has to be made. */
  tip: string | undefined;
  /**
   * - `base`: the branch holds nothing that is not checked out
   * - `ahead`: it has what is checked out, and more
   * - `stale`: it has only commits of ours, on something older; it is cut anew
   * - `foreign`: it has commits of others, on something older; they are kept
   */
  state: 'base' | 'ahead' | 'stale' | 'foreign';
}

/** Commits of a branch that are looked at to see whose they are. */
const MOST_COMMITS = 1_000;
const HEADS = 'refs/heads/';

/**
 * The repository of an automation, as it was when {@link UpdateRepository.look}
 * was called last. What it fetches is on this machine until it is disposed of.
 */
export class UpdateRepository {
  readonly source: GitRepository;
  readonly target: PushTarget;
  private readonly access: GitAccess;
  private readonly remote: GitRemote;
  private readonly signal: AbortSignal;
  private temporary: Promise<string> | undefined;
  private references: readonly RemoteReference[] = [];
  private checkouts: GitCheckout[] = [];
  private base: Promise<GitCheckout> | undefined;
  private found: GitTarget | undefined;

  private constructor(options: {
    source: GitRepository;
    target: PushTarget;
    access: GitAccess;
    transport: ConstructorParameters<typeof GitRemote>[0]['transport'];
    limits: FetchLimits;
    signal: AbortSignal;
  }) {
    const { transport, limits, signal } = options;
    this.source = options.source;
    this.target = options.target;
    this.access = options.access;
    this.signal = signal;
    this.remote = new GitRemote({
      ...{ transport, limits, signal },
      directory: () => this.directory(),
    });
  }

  /** @throws GitCredentialError, SshAddressError, NetworkError */
  static async open(options: {
    source: GitRepository;
    target: PushTarget;
    access: GitAccess;
    limits: FetchLimits;
    signal: AbortSignal;
  }): Promise<UpdateRepository> {
    const transport = await options.access.open();
    return new UpdateRepository({ ...options, transport });
  }

  /**
   * Asks where the references are now.
   *
   * @param branches - those that will be asked for
   * @throws GitError
   */
  async look(branches: readonly string[]): Promise<GitTarget> {
    const { checkout, refspec } = this.target;
    const from = refspec?.from.startsWith('refs/') ? [refspec.from] : [];
    this.references = await this.remote.list([
      ...new Set([
        ...referencePrefixes(checkout),
        ...branches.map(branch => HEADS + branch),
        ...from,
      ]),
    ]);
    if (this.references.length === 0 && (await this.remote.isEmpty())) {
      throw new GitError('GIT_EMPTY', 'git repository is empty');
    }
    this.found = await resolveReference(checkout, this.references, tags =>
      this.remote.newestOf(tags),
    );
    return this.found;
  }

  /** Where a reference was at the last look. */
  find(ref: string): string | undefined {
    return this.references.find(found => found.ref === ref)?.oid;
  }

  /** What is checked out; fetched once. @throws GitError */
  checkout(): Promise<GitCheckout> {
    this.base ??= this.fetch(this.found!);
    return this.base;
  }

  /**
   * Where the work on a branch begins.
   *
   * @param email - of the author of our commits
   * @throws GitError
   */
  async startOf(branch: string, email: string): Promise<Start> {
    const base = this.found!.commit;
    const tip = this.find(HEADS + branch);
    if (branch === this.target.base || tip === undefined || tip === base) {
      return { checkout: await this.checkout(), tip, state: 'base' };
    }
    const commits = await this.remote.commitsBetween(base, tip, MOST_COMMITS);
    if (commits?.length === 0) {
      return { checkout: await this.checkout(), tip, state: 'base' };
    }
    const isAhead = commits?.some(({ parents }) => parents.includes(base));
    const isOurs = commits?.every(({ authorEmail }) => authorEmail === email);
    if (!isAhead && isOurs) {
      return { checkout: await this.checkout(), tip, state: 'stale' };
    }
    const ref = HEADS + branch;
    return {
      checkout: await this.fetch({ commit: tip, ref, revision: tip }),
      tip,
      state: isAhead ? 'ahead' : 'foreign',
    };
  }

  /** Whether a commit is in what is checked out. @throws GitError */
  async isMerged(commit: string): Promise<boolean> {
    const base = this.found!.commit;
    const missing = await this.remote.commitsBetween(base, commit, 1);
    return missing?.length === 0;
  }

  /** @throws GitPushError, GitError */
  async push(
    pack: Buffer,
    options: {
      updates: (
        find: (ref: string) => Promise<string | undefined>,
      ) => Promise<readonly ReferenceUpdate[]>;
      options: readonly string[];
    },
  ): Promise<void> {
    const { url } = this.source.spec;
    const client = new ReceivePackClient(
      await this.access.open(url, 'git-receive-pack'),
    );
    try {
      const updates = await options.updates(ref => client.find(ref));
      await client.push(updates, pack, options.options);
    } finally {
      await client.close();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.checkouts.map(checkout => checkout.dispose()));
    await this.remote.close();
    if (this.temporary) {
      await rm(await this.temporary, { recursive: true, force: true });
    }
  }

  private async fetch(target: GitTarget): Promise<GitCheckout> {
    this.signal.throwIfAborted();
    const checkout = await this.remote.checkout(target);
    this.checkouts.push(checkout);
    return checkout;
  }

  private directory(): Promise<string> {
    this.temporary ??= mkdtemp(path.join(tmpdir(), 'gitops-images-'));
    return this.temporary;
  }
}
