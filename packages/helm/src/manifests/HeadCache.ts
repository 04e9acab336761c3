import { hash } from 'node:crypto';
import { Head, readHead } from './readHead';

/** How many documents are known. */
const KEPT = 20_000;

/**
 * Remembers the heads of documents by a digest of their text: a release that is
 * rendered again is mostly what it was, and to read YAML takes longer than to
 * write it.
 *
 * @public
 */
export class HeadCache {
  private readonly heads = new Map<string, Head>();

  /** @throws ManifestError `invalid-yaml` */
  read(content: string, path: string): Head {
    const key = hash('sha256', content, 'base64');
    const known = this.heads.get(key);
    if (known) {
      // Used last, dropped last; while there is room, the order is no matter.
      if (this.heads.size > KEPT / 2) {
        this.heads.delete(key);
        this.heads.set(key, known);
      }
      return known;
    }
    const head = readHead(content, path);
    this.heads.set(key, head);
    if (this.heads.size > KEPT) {
      const [oldest] = this.heads.keys();
      this.heads.delete(oldest);
    }
    return head;
  }
}
