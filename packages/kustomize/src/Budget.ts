import { ParseOptions } from '@backstage-gitops/kubernetes-yaml';
import { YamlNode, isMap } from './fields/YamlNode';
import { KustomizeError } from './KustomizeError';

/**
 * What a build may use at most. The defaults are far beyond what people write
 * (20,000 ordinary objects take a quarter of the values), and keep a build of
 * hostile files within seconds and a few hundred megabytes.
 *
 * @public
 */
export interface BuildLimits {
  /** Bytes of one file; 10 MiB. */
  fileBytes: number;
  /** Bytes of all files read, each time one is read; 128 MiB. */
  totalBytes: number;
  /** Values read, copied by aliases, patches and replacements; 4,000,000. */
  values: number;
  /** Values nested in each other, in one file; 500. */
  depth: number;
  /** Values that the aliases of one file stand for; 200,000. */
  aliasValues: number;
  /** Directories built, each time one is referred to; 5,000. */
  directories: number;
  /** Resources that entries (patches, images, ...) are held against; 10 million. */
  matches: number;
  /** Characters of texts that are put together, and of the YAML; 256 Mi. */
  output: number;
}

const MIB = 1024 * 1024;

const DEFAULTS: BuildLimits = {
  fileBytes: 10 * MIB,
  totalBytes: 128 * MIB,
  values: 4_000_000,
  depth: 500,
  aliasValues: 200_000,
  directories: 5_000,
  matches: 10_000_000,
  output: 256 * MIB,
};

/** Even an empty file takes time to find and read. */
const LEAST_FILE_BYTES = 1024;
/** Text of this length counts as one more value. */
const TEXT_VALUE = 1024;

/** What is left of the limits of one build; all its directories share it. */
export class Budget {
  readonly limits: BuildLimits;
  /** Readers of YAML take from it, too. */
  values: number;
  private bytes: number;
  private directories: number;
  private matches: number;
  private output: number;

  constructor(limits: Partial<BuildLimits> = {}) {
    this.limits = { ...DEFAULTS, ...limits };
    this.values = this.limits.values;
    this.bytes = this.limits.totalBytes;
    this.directories = this.limits.directories;
    this.matches = this.limits.matches;
    this.output = this.limits.output;
  }

  /** How YAML of the build is read. */
  get parsing(): Pick<ParseOptions, 'maxDepth' | 'maxAliasNodes' | 'budget'> {
    const { depth, aliasValues } = this.limits;
    return { maxDepth: depth, maxAliasNodes: aliasValues, budget: this };
  }

  takeFile(bytes: number, file: string): void {
    if (bytes > this.limits.fileBytes) {
      throw exceeded('the file is too large', 'fileBytes', file);
    }
    this.takeBytes(Math.max(bytes, LEAST_FILE_BYTES), file);
  }

  takeBytes(bytes: number, file?: string): void {
    this.bytes -= bytes;
    if (this.bytes < 0) {
      throw exceeded('the build reads too much', 'totalBytes', file);
    }
  }

  takeDirectory(file: string): void {
    if (--this.directories < 0) {
      throw exceeded('the build has too many directories', 'directories', file);
    }
  }

  /** One entry that is held against many resources. */
  takeMatches(resources: number): void {
    this.matches -= resources;
    if (this.matches < 0) {
      throw exceeded('too many entries for so many resources', 'matches');
    }
  }

  /** A path of so many names, which may be created. */
  checkDepth(depth: number, field: string): void {
    if (depth > this.limits.depth) {
      throw new KustomizeError({
        code: 'limit',
        problem: 'the path of a field is too long',
        field,
        hint: 'limit depth',
      });
    }
  }

  /** A text that was put together from others. */
  takeText(characters: number): void {
    this.output -= characters;
    if (this.output < 0) {
      throw exceeded('the build makes too long texts', 'output');
    }
  }

  takeOutput(characters: number): void {
    this.output -= characters;
    if (this.output < 0) {
      throw exceeded('the build writes too much', 'output');
    }
  }

  /** A value that is about to be copied. */
  takeValue(node: YamlNode): void {
    this.values -= sizeOf(node);
    if (this.values < 0) {
      throw exceeded('the build has too many values', 'values');
    }
  }
}

function sizeOf(node: YamlNode): number {
  if (typeof node === 'string') {
    return 1 + Math.floor(node.length / TEXT_VALUE);
  }
  let size = 1;
  if (Array.isArray(node)) {
    for (const item of node) {
      size += sizeOf(item);
    }
  } else if (isMap(node)) {
    for (const key of Object.keys(node)) {
      size += sizeOf(node[key]);
    }
  }
  return size;
}

function exceeded(
  problem: string,
  limit: keyof BuildLimits,
  file?: string,
): KustomizeError {
  return new KustomizeError({
    code: 'limit',
    problem,
    file,
    hint: `limit ${limit}`,
  });
}
