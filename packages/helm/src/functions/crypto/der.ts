/** Tags of ASN.1 in its distinguished encoding. */
export const TAGS = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** A tag of the context; constructed ones hold others. */
export function contextTag(tag: number, isConstructed = false): number {
  return 0x80 + tag + (isConstructed ? 0x20 : 0);
}

/** A value: its tag, its length, its content. */
export function encode(
  tag: number,
  ...contents: readonly Uint8Array[]
): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const head = [tag];
  if (length < 0x80) {
    head.push(length);
  } else {
    const size: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
      size.unshift(rest % 256);
    }
    head.push(0x80 + size.length, ...size);
  }
  return Buffer.concat([Buffer.from(head), ...contents]);
}

export function sequence(...contents: readonly Uint8Array[]): Uint8Array {
  return encode(TAGS.SEQUENCE, ...contents);
}

/** A number of any size that is not negative, from its bytes. */
export function encodeInteger(bytes: Uint8Array): Uint8Array {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) {
    from++;
  }
  const digits = bytes.subarray(from);
  return encode(
    TAGS.INTEGER,
    Uint8Array.of(...(digits[0] >= 0x80 ? [0] : [])),
    digits,
  );
}

/** `1.2.840.113549`. */
export function encodeOid(oid: string): Uint8Array {
  const [first, second, ...others] = oid.split('.').map(Number);
  const bytes: number[] = [];
  for (const part of [first * 40 + second, ...others]) {
    const digits = [part % 128];
    for (let rest = Math.floor(part / 128); rest > 0;) {
      digits.unshift(0x80 + (rest % 128));
      rest = Math.floor(rest / 128);
    }
    bytes.push(...digits);
  }
  return encode(TAGS.OID, Uint8Array.from(bytes));
}

export function encodeBits(bytes: Uint8Array, unused = 0): Uint8Array {
  return encode(TAGS.BIT_STRING, Uint8Array.of(unused), bytes);
}

/** The encoding is not what it should be. */
export class DerError extends Error {}

/** A value that was read. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/**
 * The values that stand one after the other.
 *
 * @throws DerError where they are cut off
 */
export function decodeAll(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const value = decodeAt(bytes, at);
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

function decodeAt(bytes: Uint8Array, start: number): DerValue {
  const [tag, short] = bytes.subarray(start);
  let at = start + 2;
  let length = short ?? NaN;
  if (short >= 0x80) {
    const size = short - 0x80;
    length = size > 0 && size <= 4 ? 0 : NaN;
    for (let i = 0; i < size && i < 4; i++) {
      length = length * 256 + bytes[at++];
    }
  }
  if (!(at + length <= bytes.length)) {
    throw new DerError('the encoding is cut off');
  }
  return {
    tag,
    content: bytes.subarray(at, at + length),
    whole: bytes.subarray(start, at + length),
  };
}

/**
 * The values within a sequence.
 *
 * @throws DerError for what is none
 */
export function decodeSequence(bytes: Uint8Array): DerValue[] {
  const value = decodeAt(bytes, 0);
  if (value.tag !== TAGS.SEQUENCE || value.whole.length !== bytes.length) {
    throw new DerError('not a sequence');
  }
  return decodeAll(value.content);
}
