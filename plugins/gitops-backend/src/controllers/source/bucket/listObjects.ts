import { InputError } from '@backstage/errors';
import {
  BucketClient,
  FetchLimits,
} from '@backstage-gitops/plugin-gitops-node';
import { IGNORE_FILE, SourceIgnore } from '../../../artifacts/sourceIgnore';
import { EtagIndex } from './EtagIndex';
import { ObjectPaths } from './ObjectPaths';

/** Objects of a listing, with those that are left out. */
const MOST_LISTED = 1_000_000;

/** What a bucket holds, as far as an artifact is made of it. */
export interface ListedBucket {
  index: EtagIndex;
  /** Where each key lies in the artifact. */
  paths: ReadonlyMap<string, string>;
}

/**
 * Lists a bucket: neither folders nor the ignore file at its root, nor what the
 * rules leave out (Flux 2.9).
 *
 * @throws InputError for what is no artifact, or too much; and what the client
 * fails with
 */
export async function listObjects(options: {
  client: BucketClient;
  prefix: string | undefined;
  ignore: SourceIgnore;
  limits: FetchLimits;
  signal: AbortSignal;
}): Promise<ListedBucket> {
  const { client, ignore, limits, signal } = options;
  const index = new EtagIndex();
  const paths = new Map<string, string>();
  const taken = new ObjectPaths();
  let listed = 0;
  let bytes = 0;
  const prefix = options.prefix || undefined;
  for await (const object of client.list({ prefix, signal })) {
    const { key, etag, size } = object;
    listed += 1;
    if (listed > MOST_LISTED) {
      throw new InputError(
        `it shows more than ${MOST_LISTED} objects; set spec.prefix`,
      );
    }
    if (
      key.endsWith('/') ||
      key === IGNORE_FILE ||
      ignore.ignores(key, false)
    ) {
      continue;
    }
    if (!paths.has(key)) {
      paths.set(key, taken.add(key));
      bytes += size;
    }
    index.set(key, etag);
    if (index.size > limits.files) {
      throw new InputError(
        `there are more than the ${limits.files} files that are allowed; set spec.prefix, leave objects out with spec.ignore, or raise gitops.artifacts.maxFiles`,
      );
    }
    if (bytes > limits.bytes) {
      throw tooLarge(limits);
    }
  }
  return { index, paths };
}

/** More bytes than an artifact may have. */
export function tooLarge({ bytes }: FetchLimits): InputError {
  return new InputError(
    `the objects are larger than the ${bytes} bytes that are allowed; set spec.prefix, leave objects out with spec.ignore, or raise gitops.artifacts.maxSize`,
  );
}
