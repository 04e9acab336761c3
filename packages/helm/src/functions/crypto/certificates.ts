import {
  ANY_SLICE,
  decodeUtf8,
  encodeUtf8,
  GoError,
  GoFunction,
  goFunction,
  GoNumber,
  GoStruct,
  GoType,
  INT,
  sprint,
  STRING,
} from '@backstage-gitops/go-template';
import { CorruptInput, decodeBase64 } from '../encoding/base';
import { createCertificate, Issuer } from './createCertificate';
import { parseCertificate } from './IssuerCertificate';
import { parseIp } from './parseIp';
import { decodePem, encodePem } from './pem';
import {
  formatPrivateKey,
  generateRsaKey,
  parsePrivateKey,
  PrivateKey,
} from './PrivateKey';
import type { RandomBytes } from './RandomBytes';

/** What certificates need of the world. */
export interface CertificateOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

/** A certificate and its key, both PEM. */
const CERTIFICATE: GoType = {
  name: 'sprig.certificate',
  kind: 'struct',
  fields: ['Cert', 'Key'],
};

const RSA_BITS = 2048;
const NANOSECONDS_PER_DAY = 86_400_000_000_000n;

type Subject = readonly [
  commonName: string,
  ips: unknown,
  names: unknown,
  days: GoNumber,
];

/** What fails within is told with the words before it. */
function within<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof GoError
      ? new GoError(`${what}: ${error.message}`)
      : error;
  }
}

function parseIps(values: unknown): Uint8Array[] {
  return ((values ?? []) as readonly unknown[]).map(value => {
    if (typeof value !== 'string') {
      throw new GoError(`error parsing ip: ${sprint([value])} is not a string`);
    }
    const ip = parseIp(value);
    if (!ip) {
      throw new GoError(`error parsing ip: ${value}`);
    }
    return ip;
  });
}

function parseNames(values: unknown): string[] {
  return ((values ?? []) as readonly unknown[]).map(value => {
    if (typeof value !== 'string') {
      throw new GoError(
        `error processing alternate dns name: ${sprint([value])} is not a string`,
      );
    }
    return value;
  });
}

function decodeText(text: string, what: string): string {
  try {
    return decodeUtf8(decodeBase64(encodeUtf8(text)));
  } catch (error) {
    throw error instanceof CorruptInput
      ? new GoError(`unable to decode base64 ${what}`)
      : error;
  }
}

function readCertificate(pem: string, name: string) {
  const block = decodePem(pem);
  if (!block) {
    throw new GoError('unable to decode certificate');
  }
  return within(`error parsing certificate: ${name}.Bytes`, () =>
    parseCertificate(block.bytes),
  );
}

function readKey(pem: string): PrivateKey {
  return within('error parsing private key', () => parsePrivateKey(pem));
}

function buildCustomCert(certificate: string, key: string): GoStruct {
  const Cert = decodeText(certificate, 'certificate');
  const Key = decodeText(key, 'private key');
  readCertificate(Cert, 'decodedCert');
  readKey(Key);
  return new GoStruct(CERTIFICATE, { Cert, Key });
}

/** `genCA`, `genSelfSignedCert`, `genSignedCert`, … of sprig 3.3. */
export function createCertificateFunctions(
  options: CertificateOptions,
): ReadonlyMap<string, GoFunction> {
  const issue = (
    [commonName, ips, names, days]: Subject,
    isCa: boolean,
    key: PrivateKey,
    issuer: Issuer,
  ): GoStruct => {
    const now = options.now();
    const request = {
      commonName,
      ips: parseIps(ips),
      dnsNames: parseNames(names),
      isCa,
      notBefore: Math.floor(now / 1000),
      notAfter: secondsAfter(now, BigInt(days.value)),
      serial: options.randomBytes(16),
    };
    const bytes = within('error creating certificate', () =>
      createCertificate(request, key, issuer),
    );
    return new GoStruct(CERTIFICATE, {
      Cert: encodePem({ type: 'CERTIFICATE', bytes }),
      Key: formatPrivateKey(key),
    });
  };
  const issueOwn = (subject: Subject, isCa: boolean, key: PrivateKey) =>
    issue(subject, isCa, key, { key });
  const issueSigned = (subject: Subject, ca: GoStruct, key: PrivateKey) => {
    const certificate = readCertificate(
      String(ca.fields.Cert ?? ''),
      'decodedSignerCert',
    );
    const signer = readKey(String(ca.fields.Key ?? ''));
    return issue(subject, false, key, { key: signer, certificate });
  };
  const newKey = () => generateRsaKey(RSA_BITS);
  const givenKey = (pem: string) =>
    within('parsing private key', () => parsePrivateKey(pem));

  const SUBJECT = [STRING, ANY_SLICE, ANY_SLICE, INT];
  return new Map([
    ['buildCustomCert', goFunction([STRING, STRING], buildCustomCert)],
    [
      'genCA',
      goFunction([STRING, INT], (name: string, days: GoNumber) =>
        issueOwn([name, null, null, days], true, newKey()),
      ),
    ],
    [
      'genCAWithKey',
      goFunction(
        [STRING, INT, STRING],
        (name: string, days: GoNumber, key: string) =>
          issueOwn([name, null, null, days], true, givenKey(key)),
      ),
    ],
    [
      'genSelfSignedCert',
      goFunction(SUBJECT, (...subject: Subject) =>
        issueOwn(subject, false, newKey()),
      ),
    ],
    [
      'genSelfSignedCertWithKey',
      goFunction([...SUBJECT, STRING], (...args: [...Subject, string]) => {
        const [name, ips, names, days, key] = args;
        return issueOwn([name, ips, names, days], false, givenKey(key));
      }),
    ],
    [
      'genSignedCert',
      goFunction(
        [...SUBJECT, CERTIFICATE],
        (...args: [...Subject, GoStruct]) => {
          const [name, ips, names, days, ca] = args;
          return issueSigned([name, ips, names, days], ca, newKey());
        },
      ),
    ],
    [
      'genSignedCertWithKey',
      goFunction(
        [...SUBJECT, CERTIFICATE, STRING],
        (...args: [...Subject, GoStruct, string]) => {
          const [name, ips, names, days, ca, key] = args;
          return issueSigned([name, ips, names, days], ca, givenKey(key));
        },
      ),
    ],
  ]);
}

/** So many days later, in seconds; nanoseconds of 64 bits wrap, as in Go. */
function secondsAfter(now: number, days: bigint): number {
  const duration = BigInt.asIntN(64, days * NANOSECONDS_PER_DAY);
  const after = BigInt(Math.floor(now)) * 1_000_000n + duration;
  return Math.floor(Number(after / 1_000_000n) / 1000);
}
