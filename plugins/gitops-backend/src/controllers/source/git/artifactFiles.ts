import path from 'node:path';
import { Readable } from 'node:stream';
import { Artifact } from '@backstage-gitops/plugin-gitops-common';
import {
  FetchLimits,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { comparePaths } from '../../../artifacts/comparePaths';
import { ArchiveEntry } from '../../../artifacts/packArchive';
import {
  IGNORE_FILE,
  IgnoreFile,
  SourceIgnore,
} from '../../../artifacts/sourceIgnore';
import { spoolArchive } from '../../../artifacts/spoolArchive';
import { GitFile } from './GitRemote';
import { IncludedArtifact } from './readIncludes';

type File = Pick<GitFile, 'path' | 'executable' | 'read'>;

/**
 * The files of a GitRepository's artifact in the order of a directory walk: those
 * of the commit, laid over by those of the included artifacts, without those
 * that the rules of both leave out.
 */
export async function* artifactFiles(options: {
  files: AsyncIterable<File>;
  includes: readonly IncludedArtifact[];
  ignore: string | undefined;
  /** Opens the artifact of an include. */
  open(artifact: Artifact): Promise<Readable>;
  /** Where contents of includes lie meanwhile. */
  directory(): Promise<string>;
  limits: FetchLimits;
  signal: AbortSignal;
}): AsyncIterable<ArchiveEntry> {
  const { includes, limits } = options;
  const files = new Map<string, File>();
  const take = (file: File) => {
    files.set(file.path, file);
    if (files.size > limits.files) {
      throw new SourceFetchError(
        `the source has more than the ${limits.files} files that are allowed; leave files out with spec.sparseCheckout, or raise gitops.artifacts.maxFiles`,
        { reason: 'GitOperationFailed' },
      );
    }
  };
  for await (const file of options.files) {
    take(file);
  }
  for (const [index, include] of includes.entries()) {
    for (const file of await readInclude(include, index, options)) {
      take(file);
    }
  }
  const all = [...files.values()];
  if (includes.length > 0) {
    all.sort((a, b) => comparePaths(a.path, b.path));
  }
  const ignore = await readIgnore(all, options.ignore);
  for (const file of all) {
    if (!ignore.ignores(file.path, false)) {
      const { executable } = file;
      yield { path: file.path, executable, content: await file.read() };
    }
  }
}

async function readInclude(
  { artifact, from, to }: IncludedArtifact,
  index: number,
  options: {
    open(artifact: Artifact): Promise<Readable>;
    directory(): Promise<string>;
    limits: FetchLimits;
    signal: AbortSignal;
  },
): Promise<File[]> {
  const { limits, signal } = options;
  const spooled = await spoolArchive(
    await options.open(artifact),
    path.join(await options.directory(), `include-${index}`),
    {
      signal,
      limits: {
        maxTotalSize: limits.bytes,
        maxFileSize: limits.bytes,
        maxEntries: limits.files,
      },
    },
  );
  const prefix = from === '' ? '' : `${from}/`;
  const target = to === '' ? '' : `${to}/`;
  return [...spooled.values()]
    .filter(file => file.path.startsWith(prefix))
    .map(file => ({
      path: target + file.path.slice(prefix.length),
      executable: file.executable,
      read: () => file.read(),
    }));
}

async function readIgnore(
  files: readonly File[],
  ignore: string | undefined,
): Promise<SourceIgnore> {
  const found: IgnoreFile[] = [];
  for (const file of files) {
    const slash = file.path.lastIndexOf('/');
    if (file.path.slice(slash + 1) === IGNORE_FILE) {
      found.push({
        directory: file.path.slice(0, Math.max(slash, 0)),
        text: Buffer.from(await file.read()).toString('utf8'),
      });
    }
  }
  return new SourceIgnore({ files: found, ignore });
}
