import { gzipSync } from 'node:zlib';
import type { Release } from './Release';
import { writeReleaseJson } from './writeReleaseJson';

/**
 * A release as a record has it: base64 of gzip of JSON. It goes into the
 * `release` entry of a Secret, to which the API adds its own base64, or of a
 * ConfigMap. Labels are not in it; see `recordLabels`. It is synchronous, and
 * packing takes most of its time: some 0.1 s for 2 MB of JSON.
 *
 * @throws ReleaseError `not-representable`, `limit`
 * @public
 */
export function encodeRelease(release: Release): string {
  return gzipSync(writeReleaseJson(release), { level: 9 }).toString('base64');
}
