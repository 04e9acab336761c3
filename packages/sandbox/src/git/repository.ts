import * as fs from 'node:fs';
import * as path from 'node:path';
import { SandboxError } from '../errors';
import { runGit } from './gitCommand';
import { checkFilePath } from './repositoryName';

/**
 * Files by their path within a repository. An object sets the mode too.
 *
 * @public
 */
export type GitFiles = Record<
  string,
  | string
  | Buffer
  | { content: string | Buffer; executable?: boolean; symlink?: boolean }
>;

/**
 * Who makes a commit.
 *
 * @public
 */
export interface GitAuthor {
  name: string;
  email: string;
  /** The time of the commit; now by default. */
  date?: Date;
}

/**
 * What a commit changes.
 *
 * @public
 */
export interface GitCommitOptions {
  /** Files to write. */
  files?: GitFiles;
  /** Paths to remove; a folder's path removes what is below it. */
  remove?: string[];
  message?: string;
  author?: GitAuthor;
  /** `main` by default; made when it does not exist. */
  branch?: string;
  /** Tags to set on the commit. */
  tags?: string[];
}

const DEFAULT_AUTHOR: GitAuthor = {
  name: 'Sandbox',
  email: 'sandbox@example.com',
};

/** A bare repository on disk; commits are made with plumbing, without a work tree. */
export class BareRepository {
  constructor(readonly directory: string) {}

  static async create(
    directory: string,
    branch: string,
  ): Promise<BareRepository> {
    fs.mkdirSync(directory, { recursive: true });
    await runGit([
      'init',
      '--quiet',
      '--bare',
      `--initial-branch=${branch}`,
      directory,
    ]);
    const repository = new BareRepository(directory);
    for (const [key, value] of [
      ['http.receivepack', 'true'],
      ['uploadpack.allowAnySHA1InWant', 'true'],
      ['uploadpack.allowFilter', 'true'],
      ['receive.denyDeleteCurrent', 'ignore'],
      ['gc.auto', '0'],
    ]) {
      await repository.git(['config', key, value]);
    }
    return repository;
  }

  /** Commits a change of files and returns the commit's id. */
  async commit(options: GitCommitOptions): Promise<string> {
    const branch = options.branch ?? 'main';
    const parent = await this.revision(`refs/heads/${branch}`);
    const start = parent ?? (await this.revision('HEAD'));
    const index = path.join(
      this.directory,
      `sandbox-index-${process.hrtime.bigint()}`,
    );
    const env = { GIT_INDEX_FILE: index };
    try {
      if (start) await this.git(['read-tree', start], { env });
      await this.updateIndex(options, env);
      const tree = await this.text(['write-tree'], { env });
      const author = options.author ?? DEFAULT_AUTHOR;
      const date = (author.date ?? new Date()).toISOString();
      const commit = await this.text(
        [
          'commit-tree',
          tree,
          ...(start ? ['-p', start] : []),
          '-m',
          options.message ?? 'Change files',
        ],
        {
          env: {
            GIT_AUTHOR_NAME: author.name,
            GIT_AUTHOR_EMAIL: author.email,
            GIT_AUTHOR_DATE: date,
            GIT_COMMITTER_NAME: author.name,
            GIT_COMMITTER_EMAIL: author.email,
            GIT_COMMITTER_DATE: date,
          },
        },
      );
      await this.git([
        'update-ref',
        `refs/heads/${branch}`,
        commit,
        parent ?? '0'.repeat(40),
      ]);
      for (const tag of options.tags ?? []) {
        await this.git(['update-ref', `refs/tags/${tag}`, commit]);
      }
      return commit;
    } finally {
      fs.rmSync(index, { force: true });
    }
  }

  /** The id of a revision, or undefined. */
  async revision(name: string): Promise<string | undefined> {
    try {
      return await this.text([
        'rev-parse',
        '--verify',
        '--quiet',
        `${name}^{commit}`,
      ]);
    } catch {
      return undefined;
    }
  }

  /** The content of a file at a revision. @throws {@link SandboxError} `not-found` */
  async read(ref: string, file: string): Promise<Buffer> {
    checkFilePath(file);
    const commit = await this.revision(checkRef(ref));
    try {
      if (!commit) throw new Error('no such revision');
      return await this.git(['cat-file', 'blob', `${commit}:${file}`]);
    } catch (cause) {
      throw new SandboxError({
        code: 'not-found',
        message: `There is no file ${JSON.stringify(file)} at ${JSON.stringify(ref)}.`,
        hint: 'Check the branch, tag or commit, and the path.',
        cause,
      });
    }
  }

  private async updateIndex(
    { files = {}, remove = [] }: GitCommitOptions,
    env: Record<string, string>,
  ): Promise<void> {
    for (const removed of remove) {
      await this.git(
        ['rm', '-r', '--cached', '--quiet', '--ignore-unmatch', '--', removed],
        { env: { ...env, GIT_WORK_TREE: this.directory } },
      );
    }
    const lines: string[] = [];
    for (const [name, value] of Object.entries(files)) {
      const file =
        typeof value === 'string' || Buffer.isBuffer(value)
          ? { content: value }
          : value;
      const id = await this.text(['hash-object', '-w', '--stdin'], {
        input: file.content,
      });
      lines.push(`${modeOf(file)} ${id}\t${checkFilePath(name)}\0`);
    }
    await this.git(['update-index', '-z', '--add', '--index-info'], {
      env,
      input: lines.join(''),
    });
  }

  private async text(
    args: string[],
    options: Parameters<typeof runGit>[1] = {},
  ): Promise<string> {
    return (await this.git(args, options)).toString('utf8').trim();
  }

  private async git(
    args: string[],
    options: Parameters<typeof runGit>[1] = {},
  ): Promise<Buffer> {
    return runGit(args, {
      ...options,
      cwd: this.directory,
      env: { GIT_DIR: this.directory, ...options.env },
    });
  }
}

function modeOf(file: { executable?: boolean; symlink?: boolean }): string {
  if (file.symlink) return '120000';
  return file.executable ? '100755' : '100644';
}

// A revision from a URL must not look like an option.
function checkRef(ref: string): string {
  return ref.startsWith('-') ? './' : ref;
}
