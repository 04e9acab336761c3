import { setImmediate } from 'node:timers/promises';
import {
  findChartVersion,
  readIndex,
  RepositoryIndex,
  writeIndexJson,
} from '@backstage-gitops/helm';

/** A version of a chart in an index: what is needed to fetch it. */
export interface FoundVersion {
  name: string;
  version: string;
  urls: readonly string[];
  /** SHA-256 in hex; undefined where the index does not tell. */
  digest?: string;
}

/** A version that is looked for in the index of an artifact. */
export interface FindVersionTask {
  /** Of the index. */
  digest: string;
  /** Its bytes; undefined to ask whether they are needed. */
  index?: Uint8Array;
  name: string;
  /** Empty: the highest that is no pre-release. */
  range: string;
}

/** Without a version, the bytes of the index are needed. */
export interface FindVersionResult {
  found?: FoundVersion;
}

const MIB = 1024 * 1024;
/** Bytes of indexes that are kept, parsed. */
const KEPT = 48 * MIB;
/** Of a stored index: as JSON, one of 50 MiB is longer than it was as YAML. */
const MAX_STORED = 128 * MIB;

/** The index as it is stored: as JSON (Flux 2.9). */
export async function normaliseIndex(bytes: Uint8Array): Promise<Uint8Array> {
  const index = readIndex(bytes);
  // Between two long steps, whoever waits gets a turn.
  await setImmediate();
  return Buffer.from(writeIndexJson(index));
}

/**
 * Looks up versions of charts. It keeps parsed indexes, so there is one for a
 * thread.
 */
export class VersionFinder {
  private readonly indexes = new Map<
    string,
    { index: RepositoryIndex; bytes: number }
  >();
  private bytes = 0;

  /** @throws RepositoryError */
  find(task: FindVersionTask): FindVersionResult {
    const index = this.indexOf(task);
    if (!index) {
      return {};
    }
    const { metadata, urls, digest } = findChartVersion(
      index,
      task.name,
      task.range,
    );
    return {
      found: {
        name: metadata.name,
        version: metadata.version,
        urls,
        digest: digest.replace(/^sha256:/, '') || undefined,
      },
    };
  }

  private indexOf(task: FindVersionTask): RepositoryIndex | undefined {
    const { digest, index: bytes } = task;
    const known = this.indexes.get(digest);
    if (known || !bytes) {
      if (known) {
        // Used last, dropped last.
        this.indexes.delete(digest);
        this.indexes.set(digest, known);
      }
      return known?.index;
    }
    for (const [oldest, entry] of this.indexes) {
      if (this.bytes + bytes.length <= KEPT) {
        break;
      }
      this.indexes.delete(oldest);
      this.bytes -= entry.bytes;
    }
    const index = readIndex(bytes, { limits: { maxBytes: MAX_STORED } });
    this.indexes.set(digest, { index, bytes: bytes.length });
    this.bytes += bytes.length;
    return index;
  }
}
