import { createHash, createPublicKey, KeyObject, verify } from 'node:crypto';
import { LEAST_RSA_BITS } from '../ssh/privateKey';
import { rsaBits, SshWire } from '../ssh/sshWire';

interface Curve {
  /** By the name that JSON web keys have for it. */
  jwk: string;
  hash: string;
  /** Bytes of a coordinate. */
  bytes: number;
}

const CURVES: Readonly<Record<string, Curve>> = {
  nistp256: { jwk: 'P-256', hash: 'sha256', bytes: 32 },
  nistp384: { jwk: 'P-384', hash: 'sha384', bytes: 48 },
  nistp521: { jwk: 'P-521', hash: 'sha512', bytes: 66 },
};

const RSA_HASHES: Readonly<Record<string, string>> = {
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
};

/** Somebody touched the security key. */
const PRESENT = 0x01;

/**
 * A public key of SSH (RFC 4253, 5656, 8709; security keys as OpenSSH has them)
 * that verifies signatures.
 */
export class SshPublicKey {
  readonly fingerprint: string;
  private readonly type: string;
  private readonly key: KeyObject;
  private readonly curve: Curve | undefined;
  /** Of a security key: what it was made for. */
  private readonly application: Buffer | undefined;

  private constructor(
    readonly blob: Buffer,
    parts: {
      type: string;
      key: KeyObject;
      curve?: Curve;
      application?: Buffer;
    },
  ) {
    const digest = createHash('sha256').update(blob).digest('base64');
    this.fingerprint = `SHA256:${digest.replace(/=+$/, '')}`;
    this.type = parts.type;
    this.key = parts.key;
    this.curve = parts.curve;
    this.application = parts.application;
  }

  /** undefined for keys of other kinds, and for what is none. */
  static parse(blob: Buffer): SshPublicKey | undefined {
    const wire = new SshWire(blob);
    const type = wire.string()?.toString('latin1') ?? '';
    const next = () => wire.string() ?? Buffer.alloc(0);
    const url = (bytes: Buffer) => bytes.toString('base64url');
    const name = type.replace(/^sk-|@openssh\.com$/g, '');
    const isHardware = type !== name;
    try {
      if (name === 'ssh-ed25519') {
        const x = next();
        return new SshPublicKey(blob, {
          type,
          key: jwk({ kty: 'OKP', crv: 'Ed25519', x: url(x) }),
          ...(isHardware && { application: next() }),
        });
      }
      if (name === 'ssh-rsa' && !isHardware) {
        const [e, n] = [next(), next()].map(unsigned);
        return (rsaBits(blob) ?? 0) < LEAST_RSA_BITS
          ? undefined
          : new SshPublicKey(blob, {
              type,
              key: jwk({ kty: 'RSA', n: url(n), e: url(e) }),
            });
      }
      const curve = CURVES[/^ecdsa-sha2-(nistp\d+)$/.exec(name)?.[1] ?? ''];
      if (curve) {
        next();
        const point = next();
        const [x, y] = halves(point.subarray(1)).map(url);
        return point[0] !== 4
          ? undefined
          : new SshPublicKey(blob, {
              ...{ type, curve },
              key: jwk({ kty: 'EC', crv: curve.jwk, x, y }),
              ...(isHardware && { application: next() }),
            });
      }
    } catch {
      // Not on its curve, too short, and so on.
    }
    return undefined;
  }

  /** Whether a signature, in SSH's form, is this key's over the data. */
  verifies(data: Buffer, signature: Buffer): boolean {
    const wire = new SshWire(signature);
    const algorithm = wire.string()?.toString('latin1') ?? '';
    const value = wire.string() ?? Buffer.alloc(0);
    const signed = this.application
      ? hardwareData(this.application, data, wire)
      : data;
    if (!signed) {
      return false;
    }
    try {
      if (this.type === 'ssh-rsa') {
        const hash = RSA_HASHES[algorithm];
        return hash !== undefined && verify(hash, signed, this.key, value);
      }
      if (algorithm !== this.type) {
        return false;
      }
      return this.curve
        ? verifyEcdsa(this.curve, signed, this.key, value)
        : verify(null, signed, this.key, value);
    } catch {
      return false;
    }
  }
}

function jwk(key: Record<string, string>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

/** What a security key signs in place of the data. */
function hardwareData(
  application: Buffer,
  data: Buffer,
  wire: SshWire,
): Buffer | undefined {
  const rest = wire.rest();
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  // Flags and a counter follow the signature.
  return rest.length === 5 && (rest[0] & PRESENT) !== 0
    ? Buffer.concat([sha256(application), rest, sha256(data)])
    : undefined;
}

function verifyEcdsa(
  curve: Curve,
  data: Buffer,
  key: KeyObject,
  value: Buffer,
): boolean {
  const wire = new SshWire(value);
  const numbers = [wire.string(), wire.string()].map(bytes =>
    unsigned(bytes ?? Buffer.alloc(0)),
  );
  if (numbers.some(({ length }) => length === 0 || length > curve.bytes)) {
    return false;
  }
  const signature = Buffer.concat(
    numbers.flatMap(bytes => [Buffer.alloc(curve.bytes - bytes.length), bytes]),
  );
  const options = { key, dsaEncoding: 'ieee-p1363' as const };
  return verify(curve.hash, data, options, signature);
}

/** Numbers have a zero in front where they would look negative. */
function unsigned(bytes: Buffer): Buffer {
  const first = bytes.findIndex(byte => byte !== 0);
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}

function halves(bytes: Buffer): [Buffer, Buffer] {
  const middle = bytes.length / 2;
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}
