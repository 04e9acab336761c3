import { decodeRelease, encodeRelease, writeReleaseJson } from '../src';
import type { Case } from './cases';

interface StorageCase extends Case {
  /** A release as JSON, in any order of its fields. */
  input?: unknown;
  /** What Go makes of it. */
  canonicalJson?: string;
  /** The record that Helm makes of it. */
  encoded?: string;
  decoded?: unknown;
}

/**
 * What is wanted of a record and what comes: the JSON to the byte, of the
 * release that was given and of what becomes of it in a record of ours, and
 * the content of Helm's own record.
 */
export function runStorage(given: Case): {
  actual: unknown;
  expected: unknown;
} {
  const { input, canonicalJson, encoded, decoded } = given as StorageCase;
  const actual: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  if (input !== undefined) {
    // Records of old are not packed, so that any JSON is one.
    const json = Buffer.from(JSON.stringify(input));
    const release = decodeRelease(json.toString('base64'));
    actual.json = writeReleaseJson(release);
    actual.stored = writeReleaseJson(decodeRelease(encodeRelease(release)));
    expected.json = canonicalJson;
    expected.stored = canonicalJson;
  }
  if (encoded !== undefined) {
    actual.decoded = JSON.parse(writeReleaseJson(decodeRelease(encoded)));
    expected.decoded = decoded;
  }
  return { actual, expected };
}
