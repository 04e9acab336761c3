import { createReadStream, createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OCILayerSelector } from '@backstage-gitops/plugin-gitops-common';
import { FetchLimits } from '@backstage-gitops/plugin-gitops-node';
import { comparePaths } from '../../../artifacts/comparePaths';
import { ArchiveEntry, packArchive } from '../../../artifacts/packArchive';
import { IGNORE_FILE, SourceIgnore } from '../../../artifacts/sourceIgnore';
import { SpooledFile, spoolArchive } from '../../../artifacts/spoolArchive';
import { ArchiveError } from '../../../artifacts/unpackArchive';
import { Descriptor, ImageManifest } from '../../../registries/manifest';
import { RegistryRepository } from '../../../registries/reference';
import { RegistryClient } from '../../../registries/RegistryClient';
import { failingAs } from '../../../util/failingAs';

/** Bytes of one file with rules. */
const IGNORE_BYTES = 1024 * 1024;
/** Up to here a file is read at once, which is quicker than piece by piece. */
const SMALL_BYTES = 256 * 1024;

/** Chooses the layer of an artifact that counts (Flux 2.9). */
export function selectLayer(
  { layers }: ImageManifest,
  mediaType: string | undefined,
): Descriptor {
  if (layers.length === 0) {
    throw new Error('no layers found in artifact');
  }
  if (!mediaType) {
    return layers[0];
  }
  const layer = layers.find(each => each.mediaType === mediaType);
  if (!layer) {
    throw new Error(
      `failed to find layer with media type '${mediaType}' in artifact`,
    );
  }
  return layer;
}

/**
 * Pulls a layer to disk, and gives the content of the artifact: the layer as it
 * is, or its files packed anew without those that are to be ignored. Nothing of
 * the layer is looked at before all of it is there and its digest is right.
 */
export async function pullLayer(options: {
  client: RegistryClient;
  repository: RegistryRepository;
  layer: Descriptor;
  operation: NonNullable<OCILayerSelector['operation']>;
  ignore: string | undefined;
  /** Where it lies meanwhile. */
  directory: string;
  limits: FetchLimits;
  signal: AbortSignal;
}): Promise<() => Readable> {
  const { client, repository, layer, directory, limits, signal } = options;
  const file = path.join(directory, 'layer');
  await failingAs('failed to extract the first layer from artifact', async () =>
    pipeline(
      await client.blob(repository, layer, { maxBytes: limits.bytes }),
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      { signal },
    ),
  );
  if (options.operation === 'copy') {
    return () => createReadStream(file);
  }
  const files = await failingAs(
    'failed to extract layer contents from artifact',
    async () => {
      const spooled = await spoolArchive(
        createReadStream(file),
        path.join(directory, 'files'),
        {
          limits: {
            maxTotalSize: limits.bytes,
            maxFileSize: limits.bytes,
            maxEntries: limits.files,
          },
          signal,
        },
      );
      return inOrder(spooled);
    },
  );
  await unlink(file);
  const ignore = await readIgnore(files, options.ignore);
  return () => packArchive(entriesOf(files, ignore));
}

/** As a walk through directories comes by them. */
function inOrder(spooled: ReadonlyMap<string, SpooledFile>): SpooledFile[] {
  const files = [...spooled.values()].sort((a, b) =>
    comparePaths(a.path, b.path),
  );
  for (const { path: name } of files) {
    for (
      let slash = name.indexOf('/');
      slash >= 0;
      slash = name.indexOf('/', slash + 1)
    ) {
      if (spooled.has(name.slice(0, slash))) {
        throw new ArchiveError(
          `'${name.slice(0, slash).slice(0, 200)}' is a file and a folder`,
        );
      }
    }
  }
  return files;
}

async function readIgnore(
  files: readonly SpooledFile[],
  ignore: string | undefined,
): Promise<SourceIgnore> {
  const found = [];
  for (const file of files) {
    if (path.posix.basename(file.path) === IGNORE_FILE) {
      if (file.size > IGNORE_BYTES) {
        throw new Error(
          `'${file.path.slice(0, 200)}' is larger than ${IGNORE_BYTES} bytes`,
        );
      }
      const directory = path.posix.dirname(file.path);
      found.push({
        directory: directory === '.' ? '' : directory,
        text: (await file.read()).toString('utf8'),
      });
    }
  }
  return new SourceIgnore({ files: found, ignore });
}

async function* entriesOf(
  files: readonly SpooledFile[],
  ignore: SourceIgnore,
): AsyncIterable<ArchiveEntry> {
  for (const file of files) {
    if (!ignore.ignores(file.path, false)) {
      const { executable } = file;
      const content = file.size > SMALL_BYTES ? file : await file.read();
      yield { path: file.path, executable, content };
    }
  }
}
