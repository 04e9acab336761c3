import type { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { gunzipSync } from 'node:zlib';
import { readJson } from '../functions/encoding/readJson';
import { decodeBase64 } from './decodeBase64';
import { readRelease } from './readRelease';
import { withoutReserved } from './recordLabels';
import type { Release } from './Release';
import { ReleaseError } from './ReleaseError';

/** What a release may take in memory before it is read, in bytes. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * How a record is read.
 *
 * @public
 */
export interface DecodeReleaseOptions {
  /** Of the object that holds the record; those of Helm itself are left out. */
  labels?: Readonly<Record<string, string>>;
  /** How many bytes a record may unpack to; 32 MiB. */
  maxBytes?: number;
}

/**
 * Reads the `release` entry of a Secret (without the base64 of the API) or of
 * a ConfigMap: base64 of gzip of JSON, or of JSON as in the early days of
 * Helm. Numbers of values are float64, as Helm 4.2 reads them.
 *
 * @throws ReleaseError `invalid-base64`, `invalid-gzip`, `invalid-json`,
 * `invalid-field`, `limit`
 * @public
 */
export function decodeRelease(
  encoded: string,
  options: DecodeReleaseOptions = {},
): Release {
  const { maxBytes = MAX_BYTES } = options;
  const packed = decodeBase64(encoded);
  if (!packed) {
    throw broken('invalid-base64', 'it is no base64');
  }
  const content = isGzip(packed) ? unpack(packed, maxBytes) : packed;
  if (content.length > maxBytes) {
    throw tooLarge(maxBytes);
  }
  return readRelease(parse(content), withoutReserved(options.labels ?? {}));
}

function isGzip(bytes: Uint8Array): boolean {
  return (
    bytes.length > 3 &&
    bytes[0] === 0x1f &&
    bytes[1] === 0x8b &&
    bytes[2] === 0x08
  );
}

/** Ends where the limit is passed, however much there would be. */
function unpack(packed: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(maxBytes);
    }
    throw broken('invalid-gzip', 'it is damaged', error);
  }
}

function parse(content: Uint8Array): JsonValue {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
  let result;
  try {
    result = readJson(text);
  } catch {
    // The cause quotes a character of the text, which may be of a secret.
    throw broken('invalid-json', 'it is no JSON, or nested too deeply');
  }
  if (result.typeError !== undefined) {
    throw broken('invalid-field', 'a number is too large for a float64');
  }
  return result.value as JsonValue;
}

function tooLarge(maxBytes: number): ReleaseError {
  return broken('limit', `it unpacks to more than ${maxBytes} bytes`);
}

function broken(
  code: ReleaseError['code'],
  problem: string,
  cause?: unknown,
): ReleaseError {
  return new ReleaseError(
    code,
    `the record of the release cannot be read: ${problem}`,
    { cause },
  );
}
