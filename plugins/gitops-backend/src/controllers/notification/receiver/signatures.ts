import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookRefusedError } from './WebhookCall';

const ALGORITHMS: ReadonlySet<string> = new Set(['sha1', 'sha256', 'sha512']);

/** Whether two secrets are the same, in a time that tells nothing of them. */
export function isSameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/**
 * Checks `<sha1|sha256|sha512>=<hex>`, the HMAC of the body.
 *
 * @param header - its name, for messages
 * @throws WebhookRefusedError
 */
export function checkHmac(
  signature: string | undefined,
  { header, body, key }: { header: string; body: Buffer; key: string },
): void {
  if (signature === undefined) {
    throw new WebhookRefusedError(
      'WEBHOOK_UNSIGNED',
      `there is no header ${header}; set the secret of the webhook to the token of the Receiver's Secret`,
    );
  }
  const [algorithm, hex, ...more] = signature.split('=');
  if (!hex || more.length > 0 || !ALGORITHMS.has(algorithm)) {
    throw new WebhookRefusedError(
      'WEBHOOK_BAD_SIGNATURE',
      `the header ${header} is not of the form sha256=<hex>; sha1 and sha512 are taken as well`,
    );
  }
  checkHexHmac(hex, { algorithm, header, body, key });
}

/** As {@link checkHmac}, of the hex digits alone. */
export function checkHexHmac(
  hex: string,
  options: { algorithm: string; header: string; body: Buffer; key: string },
): void {
  const { algorithm, header, body, key } = options;
  const wanted = createHmac(algorithm, key).update(body).digest();
  const given = Buffer.from(hex, 'hex');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new WebhookRefusedError(
      'WEBHOOK_BAD_SIGNATURE',
      `the signature in ${header} does not belong to this body and the token of the Receiver's Secret`,
    );
  }
}

/** Of a body that no service sends twice, but to repeat itself. */
export function bodyIdentity(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
