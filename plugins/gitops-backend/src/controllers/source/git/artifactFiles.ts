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
import { GitFile } from './GitCheckout';
import { IncludedArtifact } from './readIncludes';

/** Up to here a file is handed over as a whole. */
const WHOLE = 1_024 * 1_024;

/**
 * The files of a GitRepository's artifact in the order of a directory walk: those
 * of the commit, laid over by those of the included artifacts, without those
 * that the rules of both leave out.
 */
export async function* artifactFiles(options: {
  files: AsyncIterable<GitFile>;
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
  const files = new Map<string, GitFile>();
  const take = (file: GitFile) => {
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
      const { path: name, executable, size } = file;
      yield {
        ...{ path: name, executable },
        content:
          size <= WHOLE ? await file.read() : { size, open: () => file.open() },
      };
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
): Promise<GitFile[]> {
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
      ...file,
      path: target + file.path.slice(prefix.length),
    }));
}

async function readIgnore(
  files: readonly GitFile[],
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
