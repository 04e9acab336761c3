import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** An entry of a pack, as it is declared to be. */
export interface Entry {
  type: number;
  content: Buffer;
  /** Declared in place of the true one. */
  size?: number;
  /** What stands between header and content: the base of a delta. */
  base?: Buffer;
  /** In place of what deflate makes. */
  packed?: Buffer;
}

export const COMMIT = 1;
export const TREE = 2;
export const BLOB = 3;
export const TAG = 4;

/** The bytes of a pack (gitformat-pack); the number of entries may be a lie. */
export function makePack(
  entries: readonly Entry[],
  count = entries.length,
): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  const body = Buffer.concat([
    header,
    ...entries.flatMap(({ type, content, size, base, packed }) => [
      objectHeader(type, size ?? content.length),
      base ?? Buffer.alloc(0),
      packed ?? deflateSync(content),
    ]),
  ]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

function objectHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0;) {
    bytes[bytes.length - 1] |= 0x80;
    bytes.push(rest % 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from(bytes);
}

export function oidOf(type: string, content: Buffer): Buffer {
  return createHash('sha1')
    .update(`${type} ${content.length}\0`)
    .update(content)
    .digest();
}

/** A size as deltas declare it. */
export function deltaSize(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** A delta that copies from its base, `[from, length]`, or inserts text. */
export function makeDelta(
  baseSize: number,
  resultSize: number,
  ...parts: ([number, number] | string)[]
): Buffer {
  return Buffer.concat([
    deltaSize(baseSize),
    deltaSize(resultSize),
    ...parts.map(part => {
      if (typeof part === 'string') {
        return Buffer.concat([Buffer.from([part.length]), Buffer.from(part)]);
      }
      const bytes = Buffer.alloc(8);
      bytes[0] = 0xff;
      bytes.writeUInt32LE(part[0], 1);
      bytes.writeUIntLE(part[1], 5, 3);
      return bytes;
    }),
  ]);
}

/** The entry of a directory. */
export function treeEntry(mode: string, name: string, oid: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), oid]);
}
