import { TreeFile } from './FileTree';

const MODULUS = 65521;
/** Most bytes whose sums stay below 2^31 before they are reduced. */
const BLOCK = 3800;

/** Adler-32, a checksum and no digest. */
export class Adler32 {
  private a = 1;
  private b = 0;

  update(bytes: Uint8Array): this {
    for (let start = 0; start < bytes.length; start += BLOCK) {
      const end = Math.min(start + BLOCK, bytes.length);
      for (let at = start; at < end; at++) {
        this.a += bytes[at];
        this.b += this.a;
      }
      this.a %= MODULUS;
      this.b %= MODULUS;
    }
    return this;
  }

  get sum(): number {
    return this.b * 65536 + this.a;
  }
}

/**
 * What the file of an artifact is named after (Flux 2.9): the checksum of the
 * checksums and names of its files, in the order of their names.
 */
export async function directoryHash(
  files: readonly (readonly [string, TreeFile])[],
  prefix: string,
): Promise<string> {
  const all = new Adler32();
  const named = files.map(
    ([path, file]) => [Buffer.from(`${prefix}/${path}`), file] as const,
  );
  for (const [name, file] of named.sort(([a], [b]) => Buffer.compare(a, b))) {
    const one = new Adler32();
    for await (const chunk of file.open() as AsyncIterable<Buffer>) {
      one.update(chunk);
    }
    all.update(Buffer.from(`${one.sum.toString(16)}  `));
    all.update(name).update(Buffer.from('\n'));
  }
  return `${all.sum}`;
}
