/**
 * The address of a Vault server, so that two texts for one are equal; undefined
 * where it is none, or holds a credential.
 */
export function vaultAddress(text: string): string | undefined {
  if (!URL.canParse(text)) {
    return undefined;
  }
  const url = new URL(text);
  const { protocol, username, password, search, hash } = url;
  return ['http:', 'https:'].includes(protocol) &&
    [username, password, search, hash].every(part => part === '')
    ? `${url.origin}${url.pathname.replace(/\/+$/, '')}`
    : undefined;
}
