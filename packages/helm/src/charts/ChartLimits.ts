import { ChartError } from './ChartError';

/**
 * Bounds of what one chart may hold, with all charts in it.
 *
 * @public
 */
export interface ChartLimits {
  /** Bytes of all files together, unpacked. Default 100 MiB, as in Helm. */
  maxTotalSize?: number;
  /** Bytes of one file. Default 5 MiB, as in Helm. */
  maxFileSize?: number;
  /** Files, directories and other entries. Default 50,000. */
  maxEntries?: number;
  /** Charts within charts within charts. Default 20. */
  maxDepth?: number;
  /**
   * How many bytes one of an archive may become, counted from the 16th MiB.
   * Default 200; text packs to a tenth or so.
   */
  maxRatio?: number;
}

const MIB = 1024 * 1024;

const DEFAULTS: Required<ChartLimits> = {
  maxTotalSize: 100 * MIB,
  maxFileSize: 5 * MIB,
  maxEntries: 50_000,
  maxDepth: 20,
  maxRatio: 200,
};

/** What is left of the limits while a chart and all in it are loaded. */
export class ChartBudget {
  readonly limits: Required<ChartLimits>;
  private entries = 0;
  private bytes = 0;

  constructor(limits: ChartLimits = {}) {
    this.limits = { ...DEFAULTS, ...limits };
  }

  addEntry(): void {
    this.entries++;
    if (this.entries > this.limits.maxEntries) {
      throw tooMuch(`it has more than ${this.limits.maxEntries} entries`);
    }
  }

  /** Before a file is read: `size` is what it is said to have. */
  checkFile(path: string, size: number): void {
    const { maxFileSize } = this.limits;
    if (size > maxFileSize) {
      throw tooMuch(
        `chart file ${JSON.stringify(path.slice(0, 200))} is larger than the maximum file size ${maxFileSize}`,
      );
    }
  }

  addBytes(count: number): void {
    this.bytes += count;
    if (this.bytes > this.limits.maxTotalSize) {
      throw tooMuch(
        `the chart is larger than the maximum size ${this.limits.maxTotalSize}`,
      );
    }
  }

  checkDepth(depth: number): void {
    if (depth > this.limits.maxDepth) {
      throw tooMuch(
        `charts are nested more than ${this.limits.maxDepth} levels deep`,
      );
    }
  }
}

function tooMuch(problem: string): ChartError {
  return new ChartError('limit', problem);
}
