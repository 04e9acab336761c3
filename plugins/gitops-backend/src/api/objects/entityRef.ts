const REF = /^(?:([^:/\s]+):)?(?:([^:/\s]+)\/)?([^:/\s]+)$/;

/**
 * An entity reference in full and in lower case, as Backstage compares them;
 * undefined for text that is none.
 */
export function normalizeEntityRef(
  text: string,
  defaultKind: string,
): string | undefined {
  const match = REF.exec(text.trim());
  if (!match) {
    return undefined;
  }
  const [, kind = defaultKind, namespace = 'default', name] = match;
  return `${kind}:${namespace}/${name}`.toLowerCase();
}
