import { randomBytes } from 'node:crypto';

const POOL = 1024;
/** Each try fails in less than half of all cases. */
const TRIES = 200;

/** Random numbers and characters, all equally likely, from random bytes. */
export class RandomSource {
  readonly bytes: (count: number) => Uint8Array;
  private pool = new Uint8Array();
  private at = 0;

  constructor(options: { randomBytes?: (count: number) => Uint8Array } = {}) {
    this.bytes = options.randomBytes ?? randomBytes;
  }

  private byte(): number {
    if (this.at >= this.pool.length) {
      this.pool = this.bytes(POOL);
      this.at = 0;
    }
    return this.pool[this.at++];
  }

  /** A number from 0 to below `limit`, which is at most 2^48. */
  below(limit: number): number {
    if (limit <= 1) {
      return 0;
    }
    let span = 2;
    while (span < limit) {
      span *= 2;
    }
    for (let tries = 0; tries < TRIES; tries++) {
      let value = 0;
      for (let most = 1; most < span; most *= 256) {
        value = value * 256 + this.byte();
      }
      value %= span;
      if (value < limit) {
        return value;
      }
    }
    throw new Error('the source of random bytes repeats itself');
  }

  /** A number from 0 to below `limit`, which is at most 2^63. */
  belowBig(limit: bigint): bigint {
    if (limit <= 2n ** 48n) {
      return BigInt(this.below(Number(limit)));
    }
    // The part of all numbers in which each result is equally frequent.
    const even = (2n ** 63n / limit) * limit;
    for (let tries = 0; tries < TRIES; tries++) {
      const value =
        BigInt(this.below(2 ** 32)) * 2n ** 31n + BigInt(this.below(2 ** 31));
      if (value < even) {
        return value % limit;
      }
    }
    throw new Error('the source of random bytes repeats itself');
  }

  /** So many of these characters. */
  characters(count: number, of: string): string {
    const parts: string[] = [];
    for (let i = 0; i < count; i++) {
      parts.push(of[this.below(of.length)]);
    }
    return parts.join('');
  }
}
