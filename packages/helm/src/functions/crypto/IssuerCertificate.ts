import { X509Certificate } from 'node:crypto';
import { GoError } from '@backstage-gitops/go-template';
import type { IssuerCertificate } from './createCertificate';
import {
  contextTag,
  decodeAll,
  decodeSequence,
  DerError,
  DerValue,
  encodeOid,
} from './der';

const SUBJECT_KEY_ID = encodeOid('2.5.29.14');

/**
 * Reads a certificate.
 *
 * @throws GoError for what is none; the reason is not that of Go
 */
export function parseCertificate(bytes: Uint8Array): IssuerCertificate {
  try {
    // Looks at all of it; what is needed here it does not tell.
    const certificate = new X509Certificate(bytes);
    return readFields(new Uint8Array(certificate.raw));
  } catch {
    throw new GoError('x509: malformed certificate');
  }
}

function readFields(bytes: Uint8Array): IssuerCertificate {
  const [body] = decodeSequence(bytes);
  const fields = decodeSequence(body.whole);
  // The version may be left out.
  const start = fields[0]?.tag === contextTag(0, true) ? 1 : 0;
  const [, , , , subject, publicKey] = fields.slice(start);
  const list = fields.find(({ tag }) => tag === contextTag(3, true));
  if (!publicKey) {
    throw new DerError('fields are missing');
  }
  return {
    subject: subject.whole,
    publicKey: publicKey.whole,
    subjectKeyId: list && findKeyId(list),
  };
}

function findKeyId(list: DerValue): Uint8Array | undefined {
  for (const { whole } of decodeSequence(list.content)) {
    const parts = decodeSequence(whole);
    if (Buffer.from(parts[0].whole).equals(SUBJECT_KEY_ID)) {
      const [id] = decodeAll(parts[parts.length - 1].content);
      return id.content;
    }
  }
  return undefined;
}
