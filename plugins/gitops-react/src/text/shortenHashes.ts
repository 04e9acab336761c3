const DIGEST = /\b(sha1|sha256|sha384|sha512):([0-9a-f]{7})[0-9a-f]{33,}\b/g;

/** A message with its digests cut to what people compare: `main@sha1:1a2b3c4`. */
export function shortenHashes(message: string): string {
  return message.replace(DIGEST, '$1:$2');
}
