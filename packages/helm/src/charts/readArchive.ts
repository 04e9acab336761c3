import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, Extract, Header } from 'tar-stream';
import { ChartFile } from './Chart';
import { ChartError } from './ChartError';
import { ChartBudget } from './ChartLimits';
import { withoutBom } from './loadChartFiles';

const FILES: ReadonlySet<string> = new Set(['file', 'contiguous-file']);
const RATIO_FROM = 16 * 1024 * 1024;

/**
 * The files of a packed chart, without its outermost directory. It is unpacked
 * as a stream, so that no more is in memory than the limits allow; links and
 * devices, paths that leave the chart and two entries of one name refuse the
 * whole archive.
 *
 * @throws ChartError
 */
export async function readArchive(
  archive: Uint8Array,
  budget: ChartBudget,
): Promise<ChartFile[]> {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) {
    throw new ChartError(
      'invalid-archive',
      'it does not appear to be a gzipped archive',
    );
  }
  const unpack = extract();
  // When the loop below leaves early, the pipeline fails as well; what the loop
  // threw is then the better answer.
  const transfer = pipeline(
    Readable.from(slices(archive)),
    createGunzip(),
    bounded(archive.length, budget),
    unpack as unknown as Writable,
  ).then(
    () => undefined,
    (error: Error) => error,
  );
  let failure: unknown;
  let files: ChartFile[] = [];
  try {
    files = await collect(unpack, budget);
  } catch (error) {
    failure = error;
    unpack.destroy();
  }
  const broken = await transfer;
  if (broken instanceof ChartError) {
    throw broken;
  }
  if (failure instanceof ChartError) {
    throw failure;
  }
  if (failure || broken) {
    const cause = broken ?? failure;
    throw new ChartError(
      'invalid-archive',
      `the archive is damaged: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (files.length === 0) {
    throw new ChartError('invalid-archive', 'no files in chart archive');
  }
  return files;
}

/** In pieces, so that other work gets a turn. */
function* slices(archive: Uint8Array): Generator<Uint8Array> {
  const size = 64 * 1024;
  for (let at = 0; at < archive.length; at += size) {
    yield archive.subarray(at, at + size);
  }
}

/** Ends a stream that unpacks to more than its entries could need. */
function bounded(packed: number, budget: ChartBudget): Transform {
  const { maxTotalSize, maxEntries, maxRatio } = budget.limits;
  const most = maxTotalSize + maxEntries * 4 * 512;
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _, callback) {
      seen += chunk.length;
      if (seen > most || (seen > RATIO_FROM && seen > packed * maxRatio)) {
        callback(
          new ChartError(
            'limit',
            `the archive unpacks to more than ${seen > most ? `${most} bytes` : `${maxRatio} times its size`}`,
          ),
        );
      } else {
        callback(null, chunk);
      }
    },
  });
}

async function collect(
  unpack: Extract,
  budget: ChartBudget,
): Promise<ChartFile[]> {
  const files = new Map<string, ChartFile>();
  for await (const entry of unpack) {
    const { header } = entry;
    budget.addEntry();
    if (header.type === 'directory') {
      entry.resume();
      continue;
    }
    const name = entryPath(header);
    budget.checkFile(header.name, header.size ?? 0);
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      budget.addBytes(chunk.length);
      chunks.push(chunk);
    }
    if (files.has(name)) {
      throw new ChartError(
        'duplicate-entry',
        `the archive has two entries ${show(name)}`,
      );
    }
    files.set(name, { name, data: withoutBom(Buffer.concat(chunks)) });
  }
  return [...files.values()];
}

/** The path below the outermost directory. */
function entryPath(header: Header): string {
  const { name, type } = header;
  if (type && !FILES.has(type)) {
    throw new ChartError(
      'unsupported-entry',
      `the entry ${show(name)} is a ${type}; charts hold only files`,
    );
  }
  // Archives made on Windows may have backslashes throughout.
  const delimiter = name.includes('\\') ? '\\' : '/';
  const [first, ...rest] = name.split(delimiter);
  const path = rest.join('/');
  if (path.startsWith('/') || name.includes('\0')) {
    throw unsafe('chart illegally contains absolute paths', name);
  }
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.length === 0) {
        throw unsafe('chart illegally references parent directory', name);
      }
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  if (parts.length === 0) {
    throw unsafe(
      'chart illegally contains content outside the base directory',
      name,
    );
  }
  // Helm refuses all that begin with two dots.
  if (parts[0].startsWith('..')) {
    throw unsafe('chart illegally references parent directory', name);
  }
  if (/^[a-zA-Z]:$/.test(parts[0]) && parts.length > 1) {
    throw unsafe('chart contains illegally named files', name);
  }
  if (first === 'Chart.yaml') {
    throw unsafe('chart yaml not in base directory', name);
  }
  return parts.join('/');
}

function unsafe(problem: string, name: string): ChartError {
  return new ChartError('unsafe-path', `${problem}: ${show(name)}`);
}

function show(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}
