/** Reads the strings and numbers of SSH's binary formats (RFC 4251, section 5). */
export class SshWire {
  private readonly data: Buffer;
  private offset = 0;

  constructor(data: Buffer) {
    this.data = data;
  }

  /** undefined where the data ends too soon. */
  uint32(): number | undefined {
    if (this.offset + 4 > this.data.length) {
      return undefined;
    }
    const value = this.data.readUInt32BE(this.offset);
    this.offset += 4;
    return value;
  }

  /** undefined where the data ends too soon. */
  bytes(length: number): Buffer | undefined {
    if (this.offset + length > this.data.length) {
      return undefined;
    }
    const value = this.data.subarray(this.offset, this.offset + length);
    this.offset += length;
    return value;
  }

  /** What was not read yet. */
  rest(): Buffer {
    return this.data.subarray(this.offset);
  }

  /** undefined where the data ends too soon. */
  string(): Buffer | undefined {
    const length = this.uint32();
    return length === undefined ? undefined : this.bytes(length);
  }
}

/** Writes strings, each behind its length. */
export function sshStrings(...values: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    values.flatMap(value => {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Bits of the modulus of an `ssh-rsa` public key; undefined for other keys. */
export function rsaBits(publicKey: Buffer): number | undefined {
  const wire = new SshWire(publicKey);
  if (wire.string()?.toString('latin1') !== 'ssh-rsa') {
    return undefined;
  }
  wire.string();
  const modulus = wire.string() ?? Buffer.alloc(0);
  const first = modulus.findIndex(byte => byte !== 0);
  return first < 0
    ? 0
    : (modulus.length - first) * 8 - (Math.clz32(modulus[first]) - 24);
}
