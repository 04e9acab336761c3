import { GitError } from '../GitError';

/** Sizes that a delta declares: of what it changes, and of what comes of it. */
export interface DeltaSizes {
  base: number;
  result: number;
  /** Where the instructions begin. */
  start: number;
}

/** @throws GitError `GIT_CORRUPT` */
export function readDeltaSizes(delta: Buffer): DeltaSizes {
  let at = 0;
  const size = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = delta[at];
      at += 1;
      if (byte === undefined || scale > 2 ** 49) {
        throw broken('declares no size');
      }
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        return value;
      }
      scale *= 128;
    }
  };
  const base = size();
  const result = size();
  return { base, result, start: at };
}

/**
 * Applies a delta: instructions that copy from the base or insert bytes. What it
 * makes is exactly as long as it declares, so a small delta cannot make more
 * than its caller has allowed.
 *
 * @throws GitError `GIT_CORRUPT`
 */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const sizes = readDeltaSizes(delta);
  if (sizes.base !== base.length) {
    throw broken('belongs to another object');
  }
  const result = Buffer.allocUnsafe(sizes.result);
  let at = sizes.start;
  let filled = 0;
  while (at < delta.length) {
    const instruction = delta[at];
    at += 1;
    if (instruction === 0) {
      throw broken('holds an unknown instruction');
    }
    if (instruction < 0x80) {
      const end = at + instruction;
      if (end > delta.length || filled + instruction > result.length) {
        throw broken('inserts more than there is');
      }
      delta.copy(result, filled, at, end);
      at = end;
      filled += instruction;
      continue;
    }
    let from = 0;
    let length = 0;
    for (let byte = 0; byte < 4; byte++) {
      if (instruction & (1 << byte)) {
        from += delta[at] * 2 ** (8 * byte);
        at += 1;
      }
    }
    for (let byte = 0; byte < 3; byte++) {
      if (instruction & (0x10 << byte)) {
        length += delta[at] * 2 ** (8 * byte);
        at += 1;
      }
    }
    length = length === 0 ? 0x10000 : length;
    // Bytes beyond the end of the delta make these NaN, which no bound admits.
    if (!(from + length <= base.length && filled + length <= result.length)) {
      throw broken('copies more than there is');
    }
    base.copy(result, filled, from, from + length);
    filled += length;
  }
  if (filled !== result.length) {
    throw broken('ends too soon');
  }
  return result;
}

function broken(problem: string): GitError {
  return new GitError(
    'GIT_CORRUPT',
    `the pack that arrived is broken: a delta ${problem}`,
  );
}
