import { readFile, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { assertError } from '@backstage/errors';
import {
  Bucket,
  bucketKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  BucketClient,
  BucketProvider,
  FetchContext,
  Fetched,
  SourceFetcher,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { comparePaths } from '../../../artifacts/comparePaths';
import { ArchiveEntry, packArchive } from '../../../artifacts/packArchive';
import { IGNORE_FILE, SourceIgnore } from '../../../artifacts/sourceIgnore';
import { failingAs } from '../../../util/failingAs';
import { AwsKeysBucketProvider } from './AwsKeysBucketProvider';
import { DownloadedObject, downloadObjects } from './downloadObjects';
import { GenericBucketProvider } from './GenericBucketProvider';
import { ListedBucket, listObjects } from './listObjects';
import { openBucket } from './openBucket';

type Context = FetchContext<Bucket>;

/** Bytes of the file with rules. */
const IGNORE_BYTES = 1024 * 1024;
/** Up to here, reading a file as a whole is faster than as a stream. */
const SMALL_BYTES = 256 * 1024;

/** Fetches the objects of buckets (Flux 2.9). */
export class BucketFetcher implements SourceFetcher<Bucket> {
  readonly kind = bucketKind;
  readonly hasUrl = true;
  private readonly providers: ReadonlyMap<string, BucketProvider>;

  /** Those that modules bring go before the plugin's own. */
  constructor(options: { providers?: readonly BucketProvider[] } = {}) {
    this.providers = new Map(
      [
        new GenericBucketProvider(),
        new AwsKeysBucketProvider(),
        ...(options.providers ?? []),
      ].map(provider => [provider.provider, provider]),
    );
  }

  handles({ spec }: Bucket): boolean {
    return this.providers.has(spec.provider ?? 'generic');
  }

  async fetch(context: Context): Promise<Fetched<Bucket>> {
    const { provider = 'generic' } = context.object.spec;
    const client = await openBucket(context, this.providers.get(provider)!);
    try {
      return await look(context, client);
    } catch (error) {
      assertError(error);
      throw error instanceof SourceFetchError
        ? error
        : new SourceFetchError(error.message, {
            reason: Reason.BucketOperationFailed,
          });
    } finally {
      await client.close();
    }
  }
}

async function look(
  context: Context,
  client: BucketClient,
): Promise<Fetched<Bucket>> {
  const { signal, limits } = context;
  const { bucketName, prefix, ignore: rules } = context.object.spec;
  const exists = await failingAs(
    `failed to confirm existence of '${bucketName}' bucket`,
    () => client.exists({ signal }),
  );
  if (!exists) {
    throw new Error(`bucket '${bucketName}' not found`);
  }
  const file = await failingAs(
    `failed to get Etag for '${IGNORE_FILE}' object`,
    () => readIgnoreFile(client, signal),
  );
  const ignore = new SourceIgnore({
    files: file ? [{ directory: '', text: file.toString('utf8') }] : [],
    ignore: rules,
    defaults: false,
  });
  const listed = await failingAs(
    `indexation of objects from bucket '${bucketName}' failed`,
    () => listObjects({ client, prefix, ignore, limits, signal }),
  );
  const stored = context.artifact?.revision;
  if (stored !== undefined && listed.index.matches(stored)) {
    return { type: 'unchanged', ...findingOf(listed) };
  }
  const directory = await context.directory();
  const objects = await failingAs(
    `fetch from bucket '${bucketName}' failed`,
    () => downloadObjects({ client, listed, directory, limits, signal }),
  );
  if (file) {
    objects.push(await keepIgnoreFile(file, directory));
  }
  objects.sort((a, b) => comparePaths(a.path, b.path));
  const finding = findingOf(listed);
  const { revision } = finding;
  await context.building({ message: `new upstream revision '${revision}'` });
  return {
    type: 'new',
    ...finding,
    observed: { observedIgnore: rules },
    fileName: `${revision.slice(revision.indexOf(':') + 1)}.tar.gz`,
    content: () => packArchive(entriesOf(objects)),
    event: {
      message: `stored artifact with ${listed.index.size} fetched files from '${bucketName}' bucket`,
    },
  };
}

function findingOf({ index }: ListedBucket) {
  const revision = index.digest();
  return {
    revision,
    stored: { message: `stored artifact: revision '${revision}'` },
  };
}

async function readIgnoreFile(
  client: BucketClient,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const content = await client.read(IGNORE_FILE, { signal });
  if (!content) {
    return undefined;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early ends the answer.
  for await (const chunk of content.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > IGNORE_BYTES) {
      throw new Error(`it is larger than ${IGNORE_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** It becomes part of the artifact, although not of the revision (Flux 2.9). */
async function keepIgnoreFile(
  content: Buffer,
  directory: string,
): Promise<DownloadedObject> {
  const file = path.join(directory, 'ignore-file');
  await writeFile(file, content, { mode: 0o600 });
  return { path: IGNORE_FILE, file, size: content.length };
}

async function* entriesOf(
  objects: readonly DownloadedObject[],
): AsyncGenerator<ArchiveEntry> {
  for (const { path: name, file, size } of objects) {
    const content =
      size <= SMALL_BYTES
        ? await readFile(file)
        : { size, open: () => createReadStream(file) };
    yield { path: name, executable: false, content };
  }
}
