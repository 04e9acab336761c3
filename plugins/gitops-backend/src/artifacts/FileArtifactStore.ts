import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  mkdir,
  open,
  opendir,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  ArtifactNotFoundError,
  ArtifactStore,
  ListedArtifact,
  PutArtifactOptions,
  StoredArtifact,
} from '@backstage-gitops/plugin-gitops-node';
import { spoolContent } from './spoolContent';
import { verifyDigest } from './verifyDigest';

/** Folder of files that are being written. */
const INCOMING = 'incoming';
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Artifacts as files, `<directory>/sha256/<2 hex>/<62 hex>`. A file appears by
 * renaming a finished one, so that readers and a crash see all of it or nothing.
 * Several processes may share the folder.
 */
export class FileArtifactStore implements ArtifactStore {
  private readonly directory: string;

  constructor(options: { directory: string }) {
    this.directory = path.resolve(options.directory);
  }

  async put(
    content: Readable | Uint8Array,
    options: PutArtifactOptions = {},
  ): Promise<StoredArtifact> {
    const temporary = path.join(this.directory, INCOMING, randomUUID());
    await mkdir(path.dirname(temporary), { recursive: true });
    try {
      const stored = await spoolContent(content, temporary, options);
      const { digest } = stored;
      const file = this.fileOf(digest);
      if (await this.has(digest)) {
        // Shows garbage collection that somebody relies on it again.
        const now = new Date();
        await utimes(file, now, now);
      } else {
        await flush(temporary);
        await mkdir(path.dirname(file), { recursive: true });
        await rename(temporary, file);
      }
      return stored;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async open(
    digest: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<Readable> {
    const file = this.fileOf(digest);
    let handle;
    try {
      handle = await open(file, 'r');
    } catch (error) {
      throw isMissing(error) ? new ArtifactNotFoundError(digest) : error;
    }
    const source = createReadStream(file, { fd: handle, autoClose: true });
    return verifyDigest(source, digest, options);
  }

  async has(digest: string): Promise<StoredArtifact | undefined> {
    try {
      const { size } = await stat(this.fileOf(digest));
      return { digest, size };
    } catch (error) {
      if (isMissing(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async delete(digest: string): Promise<void> {
    await rm(this.fileOf(digest), { force: true });
  }

  async *list(): AsyncIterable<ListedArtifact> {
    for (const prefix of await entriesOf(path.join(this.directory, 'sha256'))) {
      const folder = path.join(this.directory, 'sha256', prefix);
      for (const rest of await entriesOf(folder)) {
        const digest = `sha256:${prefix}${rest}`;
        if (DIGEST.test(digest)) {
          const { size, mtime } = await stat(path.join(folder, rest));
          yield { digest, size, storedAt: mtime };
        }
      }
    }
  }

  async sweep(options: { before: Date }): Promise<void> {
    const folder = path.join(this.directory, INCOMING);
    for (const name of await entriesOf(folder)) {
      const file = path.join(folder, name);
      try {
        // A write that goes on moves it.
        const { mtime } = await stat(file);
        if (mtime < options.before) {
          await rm(file, { force: true });
        }
      } catch (error) {
        if (!isMissing(error)) {
          throw error;
        }
      }
    }
  }

  private fileOf(digest: string): string {
    if (!DIGEST.test(digest)) {
      throw new ArtifactNotFoundError(digest);
    }
    const hex = digest.slice('sha256:'.length);
    return path.join(this.directory, 'sha256', hex.slice(0, 2), hex.slice(2));
  }
}

/** On disk before its name says so. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      names.push(entry.name);
    }
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
  }
  return names;
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
