import { posix } from 'node:path';
import { ImageThreads } from '../../../workers/ImageThreads';
import { GitCheckout, GitFile } from '../../source/git/GitCheckout';
import { MAX_FILE_BYTES } from '../setters/editFile';
import { MARKER } from '../setters/readMarker';
import { Setters } from '../setters/settersOf';
import { AutomationError } from './AutomationError';
import { EditedFiles } from './editFiles';

const MARKER_BYTES = Buffer.from(MARKER);
/** Bytes of files that a thread is given at a time. */
const BATCH_BYTES = 2 * 1024 * 1024;

/**
 * Looks through a commit for marked values, and sets them; the commit stays as
 * it is. Links are not followed, and submodules not looked into.
 *
 * @param options.path - `spec.update.path`
 * @throws AutomationError `UpdateFailed`, GitError
 */
export async function findUpdates(options: {
  checkout: GitCheckout;
  path: string | undefined;
  setters: Setters;
  threads: ImageThreads;
  signal: AbortSignal;
}): Promise<EditedFiles> {
  const { checkout, threads, signal } = options;
  const setters = [...options.setters];
  const result: EditedFiles = { edited: [], changes: [], unreadable: [] };
  let batch: { path: string; content: Buffer }[] = [];
  let bytes = 0;
  const flush = async () => {
    const { edited, changes, unreadable } = await threads.edit(
      { files: batch, setters },
      signal,
    );
    result.edited.push(...edited);
    result.changes.push(...changes);
    result.unreadable.push(...unreadable);
    batch = [];
    bytes = 0;
  };
  for await (const file of manifests(checkout, options.path)) {
    if (file.size > MAX_FILE_BYTES) {
      if (await hasMarker(file)) {
        result.unreadable.push({
          path: file.path,
          reason: `it has ${file.size} bytes, and at most ${MAX_FILE_BYTES} are looked at; split it`,
        });
      }
      continue;
    }
    const content = await file.read();
    if (content.includes(MARKER_BYTES)) {
      batch.push({ path: file.path, content });
      bytes += content.length;
    }
    if (bytes > BATCH_BYTES) {
      await flush();
    }
  }
  if (batch.length > 0) {
    await flush();
  }
  return result;
}

async function* manifests(
  checkout: GitCheckout,
  wanted: string | undefined,
): AsyncGenerator<GitFile> {
  // As in Flux, whatever leads out of the repository ends at its root.
  const path = posix.join('/', wanted ?? '').replace(/^\/|\/$/g, '');
  let isThere = path === '';
  for await (const entry of checkout.entries(path ? [path] : undefined)) {
    isThere = true;
    if (
      (entry.kind === 'file' || entry.kind === 'executable') &&
      /\.ya?ml$|(^|\/)Kustomization$/.test(entry.path)
    ) {
      yield checkout.file(entry);
    }
  }
  if (!isThere) {
    throw new AutomationError(
      'UpdateFailed',
      `failed to apply policies: the repository has no file or directory ${JSON.stringify(path)}; correct spec.update.path`,
    );
  }
}

/** Without holding it. */
async function hasMarker(file: GitFile): Promise<boolean> {
  let before = Buffer.alloc(0);
  for await (const chunk of file.open()) {
    const piece = Buffer.concat([before, chunk as Buffer]);
    if (piece.includes(MARKER_BYTES)) {
      return true;
    }
    before = piece.subarray(-(MARKER_BYTES.length - 1));
  }
  return false;
}
