import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { createHash } from 'node:crypto';
import {
  hashOfObject,
  ObjectFormat,
  ObjectType,
} from '../objects/objectFormat';

const deflateInThread = promisify(deflate);

/** An object that is about to be sent. */
export interface GitObject {
  type: ObjectType;
  oid: string;
  content: Buffer;
}

/** Names an object by its content. */
export function gitObject(
  type: ObjectType,
  content: Buffer,
  format: ObjectFormat,
): GitObject {
  const oid = hashOfObject(format, type, content.length)
    .update(content)
    .digest('hex');
  return { type, oid, content };
}

const TYPES: Record<ObjectType, number> = {
  commit: 1,
  tree: 2,
  blob: 3,
  tag: 4,
};
const VERSION = 2;

/** A pack of objects, each as a whole (gitformat-pack, version 2). */
export async function writePack(
  objects: readonly GitObject[],
  format: ObjectFormat,
): Promise<Buffer> {
  const head = Buffer.alloc(12);
  head.write('PACK', 'latin1');
  head.writeUInt32BE(VERSION, 4);
  head.writeUInt32BE(objects.length, 8);
  const parts: Buffer[] = [head];
  for (const { type, content } of objects) {
    parts.push(entryHead(TYPES[type], content.length));
    parts.push(await deflateInThread(content));
  }
  const sum = createHash(format);
  parts.forEach(part => sum.update(part));
  return Buffer.concat([...parts, sum.digest()]);
}

/** Type and size, seven bits a byte after the first four. */
function entryHead(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  let byte = type * 16 + (size % 16);
  while (rest > 0) {
    bytes.push(byte + 0x80);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, byte]);
}
