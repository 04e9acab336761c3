import { join } from 'node:path';
import { ChartFile, HelmIgnore } from '@backstage-gitops/helm';
import { Artifact } from '@backstage-gitops/plugin-gitops-common';
import { FetchContext } from '@backstage-gitops/plugin-gitops-node';
import { spoolArchive, SpooledFile } from '../../../artifacts/spoolArchive';
import { MAX_CHART } from './RepositoryClient';
import { ChartInput } from './threads/charts';

const MIB = 1024 * 1024;
/** Of one file (Helm 4.2). */
const MAX_FILE = 5 * MIB;
/** Of a chart's directory (Helm 4.2). */
const MAX_DIRECTORY = 100 * MIB;
const IGNORE_FILE = '.helmignore';

/** A chart, or a file, that is larger than it may be. */
export class ChartTooLargeError extends Error {
  readonly code = 'GITOPS_CHART_TOO_LARGE';

  constructor(what: string, most: number) {
    super(`${what} is larger than the ${most} bytes that are allowed`);
    this.name = 'ChartTooLargeError';
  }
}

/**
 * The charts and values files in the artifact of a source. Contents lie on disk
 * until they are asked for; no name of the artifact is ever a name on disk.
 */
export class LocalCharts {
  private constructor(
    private readonly files: ReadonlyMap<string, SpooledFile>,
  ) {}

  /** @throws ArchiveError, ArtifactNotFoundError, ArtifactCorruptError */
  static async open(
    context: FetchContext,
    artifact: Artifact,
  ): Promise<LocalCharts> {
    const { limits, signal } = context;
    const files = await spoolArchive(
      await context.openArtifact(artifact),
      join(await context.directory(), 'source'),
      {
        signal,
        limits: {
          maxTotalSize: limits.bytes,
          maxFileSize: limits.bytes,
          maxEntries: limits.files,
        },
      },
    );
    return new LocalCharts(files);
  }

  /**
   * The chart at a path, packed or as a directory; undefined where there is
   * neither. What `.helmignore` names is not read.
   *
   * @throws ChartTooLargeError
   */
  async chart(path: string): Promise<ChartInput | undefined> {
    const packed = this.files.get(path);
    if (packed) {
      if (packed.size > MAX_CHART) {
        throw new ChartTooLargeError(`chart '${path}'`, MAX_CHART);
      }
      return { archive: await packed.read() };
    }
    const prefix = path === '' ? '' : `${path}/`;
    const inside = [...this.files.values()].filter(file =>
      file.path.startsWith(prefix),
    );
    if (inside.length === 0) {
      return undefined;
    }
    const ignored = await this.ignoredIn(prefix);
    const files: ChartFile[] = [];
    let size = 0;
    for (const file of inside) {
      const name = file.path.slice(prefix.length);
      if (!ignored(name)) {
        checkSize(file);
        size += file.size;
        if (size > MAX_DIRECTORY) {
          throw new ChartTooLargeError(`chart '${path}'`, MAX_DIRECTORY);
        }
        files.push({ name, data: await file.read() });
      }
    }
    return { files };
  }

  /**
   * A file of the source; undefined where there is none.
   *
   * @throws ChartTooLargeError
   */
  async file(path: string): Promise<Uint8Array | undefined> {
    const file = this.files.get(path);
    if (file) {
      checkSize(file);
    }
    return file?.read();
  }

  private async ignoredIn(prefix: string): Promise<(name: string) => boolean> {
    const rules = HelmIgnore.parse(
      Buffer.from((await this.file(prefix + IGNORE_FILE)) ?? '').toString(),
    );
    const directories = new Map<string, boolean>();
    const isIgnored = (path: string, isDirectory: boolean): boolean => {
      const known = isDirectory ? directories.get(path) : undefined;
      if (known !== undefined) {
        return known;
      }
      const slash = path.lastIndexOf('/');
      const ignored =
        (slash > 0 && isIgnored(path.slice(0, slash), true)) ||
        rules.ignores(path, isDirectory);
      if (isDirectory) {
        directories.set(path, ignored);
      }
      return ignored;
    };
    return name => isIgnored(name, false);
  }
}

/**
 * A path of an object's spec within a source: what would leave the source stays
 * at its root, as Flux 2.9 has it.
 */
export function pathInSource(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

function checkSize({ path, size }: SpooledFile): void {
  if (size > MAX_FILE) {
    throw new ChartTooLargeError(`file '${path}'`, MAX_FILE);
  }
}
