import { TimeSlice } from '../../../../workers/TimeSlice';
import { GitError } from '../GitError';
import { hashOfObject, ObjectFormat } from '../objects/objectFormat';
import { DiskWriter } from './DiskWriter';
import { PACK_TYPES, PackEntries } from './PackEntries';
import { PackFile } from './PackFile';

const NONE = -1;

/**
 * Names the objects of a pack that are deltas. Each base is visited before what
 * changes it, so its content is mostly at hand.
 *
 * @throws GitError `GIT_CORRUPT`, `GIT_TOO_LARGE`
 */
export async function resolveDeltas(options: {
  pack: PackFile;
  entries: PackEntries;
  /** Where contents are put aside. */
  spool: DiskWriter;
  /** Deltas by the name of their base, where they do not say where it is. */
  references: Map<string, number[]>;
  unpackedBytes: number;
  format: ObjectFormat;
  slice: TimeSlice;
  signal: AbortSignal;
}): Promise<void> {
  const { pack, entries, spool, references, format, slice, signal } = options;
  const { count, bases, types, sizes } = entries;
  const isDelta = (index: number) => PACK_TYPES[types[index]] === undefined;

  // The deltas of each base, as linked lists.
  const first = new Int32Array(count).fill(NONE);
  const next = new Int32Array(count).fill(NONE);
  const attach = (delta: number, base: number) => {
    bases[delta] = base;
    next[delta] = first[base];
    first[base] = delta;
  };
  const attachByName = (base: number) => {
    if (references.size > 0) {
      const name = entries.oid(base).toString('hex');
      references.get(name)?.forEach(delta => attach(delta, base));
      references.delete(name);
    }
  };
  let unresolved = 0;
  for (let index = count - 1; index >= 0; index--) {
    if (isDelta(index)) {
      unresolved += 1;
      if (bases[index] >= 0) {
        attach(index, bases[index]);
      }
    } else {
      attachByName(index);
    }
  }

  let unpacked = 0;
  const stack: number[] = [];
  const pushDeltasOf = (base: number) => {
    for (let delta = first[base]; delta !== NONE; delta = next[delta]) {
      stack.push(delta);
    }
  };
  for (let root = 0; root < count; root++) {
    if (isDelta(root) || bases[root] >= 0 || first[root] === NONE) {
      continue;
    }
    pushDeltasOf(root);
    while (stack.length > 0) {
      signal.throwIfAborted();
      if (slice.isOver) {
        await slice.next();
      }
      const index = stack.pop()!;
      const content = await pack.content(index);
      types[index] = types[bases[index]];
      sizes[index] = content.length;
      unpacked += content.length;
      if (unpacked > options.unpackedBytes) {
        throw new GitError(
          'GIT_TOO_LARGE',
          `the objects of the repository have more than the ${options.unpackedBytes} bytes that are allowed`,
        );
      }
      entries.kept[index] = unpacked - content.length;
      await spool.write(content);
      const type = PACK_TYPES[types[index]];
      entries.setOid(
        index,
        hashOfObject(format, type, content.length).update(content).digest(),
      );
      unresolved -= 1;
      attachByName(index);
      pushDeltasOf(index);
    }
  }
  if (unresolved > 0) {
    throw new GitError(
      'GIT_CORRUPT',
      `the pack that arrived is broken: ${unresolved} deltas change objects that it does not hold`,
    );
  }
}
