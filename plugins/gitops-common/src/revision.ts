/**
 * A revision of an artifact, taken apart: `<pointer>@<algorithm>:<hash>`,
 * `<algorithm>:<hash>`, or a plain name such as the version of a chart.
 *
 * @public
 */
export interface Revision {
  /** Branch, tag, full reference or version. */
  pointer?: string;
  /** Such as `sha1` for Git or `sha256` for OCI; with `hash` or not at all. */
  algorithm?: string;
  /** Hex. */
  hash?: string;
}

const DIGEST = /^([a-z0-9]+(?:[.+_-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/;

/**
 * Takes a revision apart; understands the older forms of Flux as well
 * (`main/<hash>`, `HEAD/<hash>`, a bare hash). Never fails: what has no digest is
 * a pointer.
 *
 * @public
 */
export function parseRevision(text: string): Revision {
  const modern = modernRevision(text);
  // A pointer may hold an @ (a tag can); a digest never does.
  const at = modern.lastIndexOf('@');
  const digest = DIGEST.exec(modern.slice(at + 1));
  if (!digest) return { pointer: modern };
  const [, algorithm, hash] = digest;
  const pointer = modern.slice(0, Math.max(at, 0));
  return { ...(pointer !== '' && { pointer }), algorithm, hash };
}

/**
 * Puts a revision together.
 *
 * @public
 */
export function formatRevision(revision: Revision): string {
  const { pointer, algorithm, hash } = revision;
  const digest = algorithm && hash ? `${algorithm}:${hash}` : undefined;
  if (pointer && digest) return `${pointer}@${digest}`;
  return digest ?? pointer ?? '';
}

/**
 * Whether two revisions are the same, whichever form they are written in.
 *
 * @public
 */
export function sameRevision(a: string, b: string): boolean {
  return modernRevision(a) === modernRevision(b);
}

/**
 * Rewrites the older forms, `main/<hash>` and bare hashes, as Flux 2 does when
 * it compares; anything else stays as it is. `HEAD/<hash>` loses its pointer.
 *
 * @public
 */
export function modernRevision(text: string): string {
  if (text.includes(':')) return text;
  const slash = text.lastIndexOf('/');
  const hash = text.slice(slash + 1);
  const algorithm = algorithmOf(hash);
  if (!algorithm) return text;
  const pointer = text.slice(0, Math.max(slash, 0));
  return pointer === '' || pointer === 'HEAD'
    ? `${algorithm}:${hash}`
    : `${pointer}@${algorithm}:${hash}`;
}

function algorithmOf(hash: string): string | undefined {
  if (/^[0-9a-f]{40}$/.test(hash)) return 'sha1';
  if (/^[0-9a-f]{64}$/.test(hash)) return 'sha256';
  return undefined;
}

/**
 * For people: the pointer, and the first characters of the hash.
 *
 * @public
 */
export function shortRevision(text: string, length = 7): string {
  const { pointer, hash } = parseRevision(text);
  const short = hash?.slice(0, length);
  if (pointer && short) return `${pointer}@${short}`;
  return short ?? pointer ?? text;
}
