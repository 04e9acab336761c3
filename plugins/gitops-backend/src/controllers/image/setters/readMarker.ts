import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';

/** What files without any marker do not contain; looked for before they are parsed. */
export const MARKER = '"$imagepolicy"';
/** The long form of a marker, as older tools wrote it. */
const REFERENCE = '#/definitions/io.k8s.cli.setters.';

/**
 * The setter that a comment names, as in `# {"$imagepolicy": "apps:game:tag"}`.
 * The comment has to be one JSON object and nothing else.
 *
 * @param comment - with or without its first `#`
 */
export function readMarker(comment: string): string | undefined {
  const text = comment.replace(/^\s*#*/, '').trim();
  if (!text.startsWith('{')) {
    return undefined;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(parsed)) {
    return undefined;
  }
  const { $imagepolicy: setter, $ref: reference } = parsed;
  if (
    typeof setter === 'string' &&
    setter !== '' &&
    Object.values(parsed).every(value => typeof value === 'string')
  ) {
    return setter;
  }
  return typeof reference === 'string' && reference.startsWith(REFERENCE)
    ? reference.slice(REFERENCE.length)
    : undefined;
}
