import { FileHandle, open, rm } from 'node:fs/promises';
import { TimeSlice } from '../../../../workers/TimeSlice';
import { GitError } from '../GitError';
import { hashOfObject, OID_BYTES, ObjectFormat } from '../objects/objectFormat';
import { DiskWriter } from './DiskWriter';
import { inflateLarge, inflateSmall, SMALL } from './inflateWindow';
import {
  OFFSET_DELTA,
  PACK_TYPES,
  PackEntries,
  REFERENCE_DELTA,
} from './PackEntries';
import { PackFile } from './PackFile';
import { PackWindow } from './PackWindow';
import { resolveDeltas } from './resolveDeltas';
import { TrailerCheck } from './TrailerCheck';

/** Bounds of a pack. */
export interface PackLimits {
  /** Bytes of the pack. */
  bytes: number;
  /** Bytes of all objects together, unpacked. */
  unpackedBytes: number;
  objects: number;
}

const HEADER_BYTES = 12;
const LONGEST_OBJECT_HEADER = 64;

/**
 * Writes a pack to a file while it arrives and finds out what is in it. What
 * comes back can be read by name; every name was computed from the content, and
 * the whole was checked against the sum at its end. At no time more than a
 * megabyte of the stream, and the objects that deltas change, are in memory.
 *
 * @throws GitError `GIT_CORRUPT`, `GIT_TOO_LARGE`, or what the stream throws
 */
export async function receivePack(
  chunks: AsyncIterable<Uint8Array>,
  options: {
    file: string;
    format: ObjectFormat;
    limits: PackLimits;
    signal: AbortSignal;
  },
): Promise<PackFile> {
  const { format, signal } = options;
  const handle = await open(options.file, 'wx+', 0o600);
  const writer = new DiskWriter(handle, options.limits.bytes);
  const check = new TrailerCheck(format);
  const window = new PackWindow(chunks, chunk => {
    signal.throwIfAborted();
    check.update(chunk);
    return writer.write(chunk);
  });
  const entries = new PackEntries(OID_BYTES[format]);
  const slice = new TimeSlice();
  let spool: FileHandle | undefined;
  try {
    const references = await readEntries(window, entries, slice, options);
    await check.finish(window);
    await writer.finish();
    const pack = new PackFile({ handle, entries });
    const { unpackedBytes } = options.limits;
    spool = await open(`${options.file}.deltas`, 'wx+', 0o600);
    await rm(`${options.file}.deltas`);
    const aside = new DiskWriter(spool, unpackedBytes);
    await resolveDeltas({
      ...{ pack, entries, references, format, slice, signal },
      ...{ spool: aside, unpackedBytes },
    });
    await aside.finish();
    pack.useSpool(spool);
    entries.buildIndex();
    return pack;
  } catch (error) {
    await spool?.close();
    await window.close().catch(() => {});
    await writer.finish().catch(() => {});
    await handle.close();
    throw error;
  }
}

/** Gives what deltas name as their bases, by the name in hex. */
async function readEntries(
  window: PackWindow,
  entries: PackEntries,
  slice: TimeSlice,
  { format, limits }: { format: ObjectFormat; limits: PackLimits },
): Promise<Map<string, number[]>> {
  const count = await readHeader(window, limits);
  const references = new Map<string, number[]>();
  let unpacked = 0;
  for (let read = 0; read < count; read++) {
    if (slice.isOver) {
      await slice.next();
    }
    const { base, ...entry } = await readObjectHeader(window, format);
    unpacked += entry.packedSize;
    if (unpacked > limits.unpackedBytes) {
      throw new GitError(
        'GIT_TOO_LARGE',
        `the objects of the repository have more than the ${limits.unpackedBytes} bytes that are allowed`,
      );
    }
    const index = entries.add(entry);
    if (typeof base === 'number') {
      entries.bases[index] = entries.at(base);
      if (entries.bases[index] < 0 || entries.bases[index] === index) {
        throw broken(`the delta at byte ${entry.offset} changes nothing`);
      }
    } else if (base !== undefined) {
      const waiting = references.get(base);
      if (waiting) {
        waiting.push(index);
      } else {
        references.set(base, [index]);
      }
    }
    await readContent(window, entries, index, format);
    entries.offsets[index + 1] = window.position;
  }
  return references;
}

async function readHeader(
  window: PackWindow,
  limits: PackLimits,
): Promise<number> {
  const available = await window.need(HEADER_BYTES);
  const header = window.peek(HEADER_BYTES);
  if (
    available < HEADER_BYTES ||
    header.toString('latin1', 0, 4) !== 'PACK' ||
    ![2, 3].includes(header.readUInt32BE(4))
  ) {
    throw broken('it does not begin as a pack of version 2 or 3');
  }
  const count = header.readUInt32BE(8);
  if (count > limits.objects) {
    throw new GitError(
      'GIT_TOO_LARGE',
      `the repository sends ${count} objects, more than the ${limits.objects} that are allowed`,
    );
  }
  window.take(HEADER_BYTES);
  return count;
}

/** `base` is where it is in the pack, or its name. */
async function readObjectHeader(window: PackWindow, format: ObjectFormat) {
  await window.need(LONGEST_OBJECT_HEADER);
  const bytes = window.peek(LONGEST_OBJECT_HEADER);
  const offset = window.position;
  const type = (bytes[0] >> 4) & 7;
  let packedSize = bytes[0] & 15;
  let at = 1;
  for (let scale = 16; bytes[at - 1] >= 0x80; scale *= 128) {
    packedSize += (bytes[at] & 0x7f) * scale;
    at += 1;
  }
  let base: number | string | undefined;
  if (type === OFFSET_DELTA) {
    let distance = bytes[at] & 0x7f;
    while (bytes[at] >= 0x80) {
      at += 1;
      distance = (distance + 1) * 128 + (bytes[at] & 0x7f);
    }
    at += 1;
    base = offset - distance;
  } else if (type === REFERENCE_DELTA) {
    base = bytes.toString('hex', at, at + OID_BYTES[format]);
    at += OID_BYTES[format];
  }
  // Also where the stream ended: what was added is then no number.
  if (
    !(at <= bytes.length && Number.isSafeInteger(packedSize)) ||
    (PACK_TYPES[type] === undefined && base === undefined)
  ) {
    throw broken(`no object begins at byte ${offset}`);
  }
  window.take(at);
  return { offset, header: at, type, packedSize, base };
}

async function readContent(
  window: PackWindow,
  entries: PackEntries,
  index: number,
  format: ObjectFormat,
): Promise<void> {
  const size = entries.packedSizes[index];
  const type = PACK_TYPES[entries.types[index]];
  const hash = type && hashOfObject(format, type, size);
  const content = size <= SMALL ? await inflateSmall(window, size) : undefined;
  if (content) {
    hash?.update(content);
  } else {
    await inflateLarge(window, size, chunk => hash?.update(chunk));
  }
  if (hash) {
    entries.setOid(index, hash.digest());
  }
}

function broken(problem: string): GitError {
  return new GitError(
    'GIT_CORRUPT',
    `the pack that arrived is broken: ${problem}`,
  );
}
