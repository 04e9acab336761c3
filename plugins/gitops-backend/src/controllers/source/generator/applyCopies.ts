import { Readable } from 'node:stream';
import { assertError } from '@backstage/errors';
import { CopyOperation } from '@backstage-gitops/plugin-gitops-common';
import { FetchLimits } from '@backstage-gitops/plugin-gitops-node';
import { SpooledFile } from '../../../artifacts/spoolArchive';
import { FileTree, TreeFile } from './FileTree';
import { compileDoublestar, NamePattern } from './glob';
import { mergeYaml } from './mergeYaml';

/** What copies are made with. */
export interface CopyOptions {
  /** By alias. */
  sources: ReadonlyMap<string, FileTree>;
  limits: FetchLimits;
  /** Unpacks an archive of a source. */
  unpack(archive: Readable): Promise<ReadonlyMap<string, SpooledFile>>;
  signal: AbortSignal;
}

const META = /[*?[\]]/;
const ARTIFACT = '@artifact/';

/** One operation, with its patterns compiled. */
interface Copy {
  operation: CopyOperation;
  source: FileTree;
  /** Below the artifact's root. */
  to: string;
  excludes: readonly { matches: NamePattern; anywhere: boolean }[];
}

class Copier {
  private bytes = 0;

  constructor(
    private readonly staged: FileTree,
    private readonly options: CopyOptions,
  ) {}

  async apply(operation: CopyOperation): Promise<void> {
    const { alias, pattern } = parseFrom(operation.from);
    const to = parseTo(operation.to);
    const source = this.options.sources.get(alias);
    if (!source) {
      throw new Error(`source alias '${alias}' not found`);
    }
    const excludes = (operation.exclude ?? []).map(exclude => ({
      matches: compileExclude(exclude),
      anywhere: !exclude.includes('/'),
    }));
    const copy: Copy = { operation, source, to, excludes };
    await (META.test(pattern)
      ? this.copyMatches(copy, alias, pattern)
      : this.copyOne(copy, pattern));
  }

  private async copyMatches(
    copy: Copy,
    alias: string,
    pattern: string,
  ): Promise<void> {
    const { operation, source, to } = copy;
    const extracts = operation.strategy === 'Extract';
    const matches = globOf(source, pattern, extracts);
    if (matches.length === 0) {
      throw new Error(
        `no files match pattern '${pattern}' in source '${alias}'`,
      );
    }
    const base = literalPrefix(pattern);
    const kept = matches.filter(match => !isExcluded(copy, match, base));
    if (kept.length === 0) {
      throw new Error(
        `all files matching pattern '${pattern}' in source '${alias}' were excluded`,
      );
    }
    for (const match of kept) {
      this.options.signal.throwIfAborted();
      if (extracts) {
        if (isTarball(match) && source.file(match)) {
          await this.extract(source.file(match)!, match, to);
        }
        continue;
      }
      const destination = join(to, withoutPrefix(pattern, match));
      try {
        await this.copyAny(copy, match, destination, base);
      } catch (error) {
        assertError(error);
        throw new Error(
          `failed to copy file '${match}' to '${destination}': ${error.message}`,
        );
      }
    }
  }

  /** What is named without a pattern. */
  private async copyOne(copy: Copy, path: string): Promise<void> {
    const { operation, source, to } = copy;
    const from = cleanSource(path);
    const extracts = operation.strategy === 'Extract';
    if (source.isFolder(from)) {
      if (extracts) {
        throw new Error(
          `extract strategy is not supported for directories, got '${from || '.'}'`,
        );
      }
      this.copyFolder(copy, from, join(to, nameOf(from)), from);
      return;
    }
    const file = source.file(from);
    if (!file) {
      throw new Error(`source '${from || '.'}' does not exist`);
    }
    if (isExcluded(copy, from, '')) {
      return;
    }
    if (extracts) {
      if (!isTarball(from)) {
        throw new Error(
          `extract strategy requires tarball file (.tar.gz or .tgz), got '${from}'`,
        );
      }
      await this.extract(file, from, to);
      return;
    }
    const isInto = operation.to.endsWith('/') || this.staged.isFolder(to);
    await this.copyAny(copy, from, isInto ? join(to, nameOf(from)) : to, '');
  }

  private async copyAny(
    copy: Copy,
    from: string,
    to: string,
    base: string,
  ): Promise<void> {
    const file = copy.source.file(from);
    if (!file) {
      this.copyFolder(copy, from, to, base);
      return;
    }
    const present = this.staged.file(to);
    if (copy.operation.strategy === 'Merge' && present) {
      const content = await mergeYaml(present, file);
      this.put(to, inMemory(content, present.executable));
    } else {
      this.put(to, file);
    }
  }

  private copyFolder(copy: Copy, from: string, to: string, base: string): void {
    const prefix = from === '' ? 0 : from.length + 1;
    for (const [path, file] of copy.source.filesBelow(from)) {
      this.options.signal.throwIfAborted();
      if (!isExcludedBelow(copy, path, prefix, base)) {
        this.put(join(to, path.slice(prefix)), file);
      }
    }
  }

  private async extract(
    archive: TreeFile,
    name: string,
    to: string,
  ): Promise<void> {
    let files: ReadonlyMap<string, SpooledFile>;
    try {
      files = await this.options.unpack(archive.open());
    } catch (error) {
      assertError(error);
      this.options.signal.throwIfAborted();
      throw new Error(
        `failed to extract tarball '${name}' to '${to}': ${error.message}`,
      );
    }
    for (const [path, file] of files) {
      this.put(join(to, path), file);
    }
  }

  private put(path: string, file: TreeFile): void {
    const { limits } = this.options;
    this.bytes += file.size - (this.staged.file(path)?.size ?? 0);
    this.staged.set(path, file);
    if (this.staged.size > limits.files) {
      throw new Error(
        `the artifact has more than the ${limits.files} files that are allowed`,
      );
    }
    if (this.bytes > limits.bytes) {
      throw new Error(
        `the artifact is larger than the ${limits.bytes} bytes that are allowed`,
      );
    }
  }
}

/**
 * Makes the files of an artifact by copying from sources, much as `cp` does (Flux
 * 2.9, source-watcher 2.2): one operation after the other, later ones over earlier
 * ones.
 *
 * @throws Error in Flux's words
 */
export async function applyCopies(
  operations: readonly CopyOperation[],
  options: CopyOptions,
): Promise<FileTree> {
  const staged = new FileTree();
  const copier = new Copier(staged, options);
  for (const operation of operations) {
    options.signal.throwIfAborted();
    try {
      await copier.apply(operation);
    } catch (error) {
      assertError(error);
      options.signal.throwIfAborted();
      throw new Error(
        `failed to apply copy operations: failed to apply copy operation from '${operation.from}' to '${operation.to}': ${error.message}`,
      );
    }
  }
  return staged;
}

function parseFrom(from: string): { alias: string; pattern: string } {
  const parts = /^@([^/]*)\/(.*)$/s.exec(from);
  if (!parts) {
    throw new Error(
      `invalid copy source '${from}': source format must be '@alias/pattern'`,
    );
  }
  return { alias: parts[1], pattern: parts[2] };
}

function parseTo(to: string): string {
  const path = to.slice(ARTIFACT.length);
  if (!to.startsWith(ARTIFACT) || path.split('/').includes('..')) {
    throw new Error(
      `invalid copy destination '${to}': destination must start with '@artifact/' and stay below it`,
    );
  }
  return join('', path);
}

function compileExclude(pattern: string): NamePattern {
  try {
    return compileDoublestar(pattern);
  } catch {
    throw new Error(`invalid exclude pattern '${pattern}'`);
  }
}

function globOf(source: FileTree, pattern: string, deep: boolean): string[] {
  try {
    if (!deep) {
      return source.glob(pattern);
    }
    const matches = compileDoublestar(pattern);
    return source
      .entries()
      .map(([path]) => path)
      .filter(matches);
  } catch (error) {
    assertError(error);
    throw new Error(`invalid glob pattern '${pattern}': ${error.message}`);
  }
}

/** Against the path in the source, and against that below what was selected. */
function isExcluded({ excludes }: Copy, path: string, base: string): boolean {
  const relative =
    base !== '' && path.startsWith(`${base}/`)
      ? path.slice(base.length + 1)
      : undefined;
  return excludes.some(({ matches, anywhere }) =>
    [path, relative].some(
      candidate =>
        candidate !== undefined &&
        (matches(candidate) || (anywhere && matches(nameOf(candidate)))),
    ),
  );
}

/** A file is left out with any folder that it is in. */
function isExcludedBelow(
  copy: Copy,
  path: string,
  prefix: number,
  base: string,
): boolean {
  if (copy.excludes.length === 0) {
    return false;
  }
  for (
    let end = path.indexOf('/', prefix);
    end >= 0;
    end = path.indexOf('/', end + 1)
  ) {
    if (isExcluded(copy, path.slice(0, end), base)) {
      return true;
    }
  }
  return isExcluded(copy, path, base);
}

/** The folders of a pattern before its first that is one. */
function literalPrefix(pattern: string): string {
  const parts = pattern.split('/').filter(part => part !== '' && part !== '.');
  const first = parts.findIndex(part => META.test(part));
  return parts.slice(0, Math.max(first, 0)).join('/');
}

/** `folder/**` copies what is in the folder; all else keeps its path. */
function withoutPrefix(pattern: string, match: string): string {
  const folder = pattern.endsWith('/**') ? pattern.slice(0, -2) : undefined;
  return folder && match.startsWith(folder)
    ? match.slice(folder.length)
    : match;
}

/** A path within a source; the root is empty. */
function cleanSource(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (path.startsWith('/') || (part === '..' && parts.pop() === undefined)) {
      throw new Error(`failed to stat source '${path}': it leaves the source`);
    }
    if (part !== '' && part !== '.' && part !== '..') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

function join(folder: string, path: string): string {
  return `${folder}/${path}`
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isTarball(path: string): boolean {
  return /\.(?:tar\.gz|tgz)$/i.test(path);
}

function inMemory(content: Buffer, executable: boolean): TreeFile {
  return {
    executable,
    size: content.length,
    read: async () => content,
    open: () => Readable.from([content]),
  };
}
