import { createHmac, timingSafeEqual } from 'node:crypto';
import { Artifact } from '@backstage-gitops/plugin-gitops-common';

/** How long an address in a status is good for. */
const LIFETIME_MS = 24 * 3_600_000;

/**
 * Addresses of artifacts: signed, and good for a day. Whoever has one may fetch
 * that one artifact without further credentials, as Flux's own tools do.
 */
export class ArtifactUrls {
  private readonly baseUrl: string;
  private readonly key: Buffer;
  private readonly now: () => number;

  constructor(options: {
    /** Address of the plugin, such as `https://portal/api/gitops`. */
    baseUrl: string;
    key: Buffer;
    now?: () => number;
  }) {
    this.baseUrl = options.baseUrl.replace(/\/$/, '');
    this.key = options.key;
    this.now = options.now ?? Date.now;
  }

  sign(digest: string): string {
    const hex = digest.slice(digest.indexOf(':') + 1);
    const expires = Math.floor((this.now() + LIFETIME_MS) / 1_000);
    return `${this.baseUrl}/artifacts/${hex}.tar.gz?expires=${expires}&signature=${this.signatureOf(hex, expires)}`;
  }

  /** The same artifact with a fresh address once half of its time is over. */
  renew(artifact: Artifact): Artifact {
    const url = new URL(artifact.url, 'http://none');
    const left = Number(url.searchParams.get('expires')) * 1_000 - this.now();
    const current =
      artifact.url.startsWith(`${this.baseUrl}/`) && left > LIFETIME_MS / 2;
    return current
      ? artifact
      : { ...artifact, url: this.sign(artifact.digest) };
  }

  /** Whether a request may have this artifact. */
  verify(options: {
    hex: string;
    expires: string;
    signature: string;
  }): boolean {
    const expires = Number(options.expires);
    if (!Number.isInteger(expires) || expires * 1_000 < this.now()) {
      return false;
    }
    const expected = Buffer.from(this.signatureOf(options.hex, expires));
    const actual = Buffer.from(options.signature);
    return (
      expected.length === actual.length && timingSafeEqual(expected, actual)
    );
  }

  private signatureOf(hex: string, expires: number): string {
    return createHmac('sha256', this.key)
      .update(`${hex}\n${expires}`)
      .digest('base64url');
  }
}
