import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The bytes of an object or of a part of one. */
export interface Content {
  size: number;
  /** MD5 in hex. */
  md5: string;
  /** Bytes from `start` to before `end`; all by default. */
  open(start?: number, end?: number): Readable;
  discard(): void;
  /** File that holds them, where there is one. */
  file?: string;
}

/** Takes bytes in. */
export type ContentWriter = (source: AsyncIterable<Buffer>) => Promise<Content>;

/** Keeps bytes in memory. */
export const memoryContents: ContentWriter = async source => {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return {
    size: bytes.length,
    md5: createHash('md5').update(bytes).digest('hex'),
    open: (start = 0, end = bytes.length) =>
      Readable.from([bytes.subarray(start, end)]),
    discard: () => {},
  };
};

/** Keeps bytes in files of a directory, each under a name of its own. */
export function fileContents(directory: string): ContentWriter {
  fs.mkdirSync(directory, { recursive: true });
  return async source => {
    const file = path.join(directory, randomUUID());
    const md5 = createHash('md5');
    let size = 0;
    async function* measured() {
      for await (const chunk of source) {
        md5.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    }
    try {
      await pipeline(measured, fs.createWriteStream(file, { flags: 'wx' }));
    } catch (error) {
      fs.rmSync(file, { force: true });
      throw error;
    }
    return contentOf(file, { size, md5: md5.digest('hex') });
  };
}

/** Bytes that are in a file already. */
export function contentOf(
  file: string,
  known: { size: number; md5: string },
): Content {
  return {
    ...known,
    file,
    open: (start = 0, end = known.size) =>
      start >= end
        ? Readable.from([])
        : fs.createReadStream(file, { start, end: end - 1 }),
    discard: () => fs.rmSync(file, { force: true }),
  };
}

/** The bytes of several contents, one after the other. */
export async function* joined(
  contents: readonly Content[],
): AsyncGenerator<Buffer> {
  for (const content of contents) {
    yield* content.open() as AsyncIterable<Buffer>;
  }
}
