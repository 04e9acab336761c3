/** One field of a message as it is on the wire. */
export interface WireField {
  number: number;
  /** Varints are `bigint`, fixed and length-delimited fields bytes. */
  value: bigint | Uint8Array;
}

/** Bytes that are no protobuf message. */
export class WireError extends Error {
  constructor() {
    super('the bytes are not a protobuf message');
    this.name = 'WireError';
  }
}

/** Reads the fields of a message. @throws {@link WireError} */
export function* readFields(bytes: Uint8Array): Iterable<WireField> {
  let offset = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (offset >= bytes.length) throw new WireError();
      const byte = bytes[offset];
      offset += 1;
      result += BigInt(byte % 128) * 2n ** shift;
      if (byte < 128) return result;
    }
    throw new WireError();
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - offset) throw new WireError();
    const part = bytes.subarray(offset, offset + length);
    offset += length;
    return part;
  };
  while (offset < bytes.length) {
    const tag = varint();
    const number = Number(tag / 8n);
    switch (Number(tag % 8n)) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: take(8) };
        break;
      case 2:
        yield { number, value: take(Number(varint())) };
        break;
      case 5:
        yield { number, value: take(4) };
        break;
      default:
        throw new WireError();
    }
  }
}

/** A length-delimited field's bytes. */
export function asBytes(value: bigint | Uint8Array): Uint8Array {
  if (typeof value === 'bigint') throw new WireError();
  return value;
}

/** A length-delimited field's text. */
export function asText(value: bigint | Uint8Array): string {
  return Buffer.from(asBytes(value)).toString('utf8');
}

/** A varint as a signed number, `bigint` where a double cannot hold it. */
export function asInteger(value: bigint | Uint8Array): number | bigint {
  if (typeof value !== 'bigint') throw new WireError();
  const signed = BigInt.asIntN(64, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}
