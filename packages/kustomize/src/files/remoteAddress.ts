const SCHEME = /^(ssh|https?|file):\/\//i;
const USER = /^[a-zA-Z][a-zA-Z0-9-]*@/;
const GITHUB = /^github\.com[:/]/i;

/**
 * True for what kustomize 5.8 takes for a Git repository: an address with a
 * scheme, `user@host:path`, or one that starts with `github.com`, in which a
 * repository can be told from the path behind it (by `_git/`, `//`, `.git`, or
 * else as the first two names).
 */
export function isGitAddress(address: string): boolean {
  if (address.startsWith('/')) {
    return false;
  }
  let rest = address.split('?')[0].replace(/^git::/i, '');
  const scheme = SCHEME.exec(rest)?.[0].toLowerCase() ?? '';
  rest = rest.slice(scheme.length);
  const user = USER.exec(rest)?.[0] ?? '';
  rest = rest.slice(user.length);
  const isGithub = GITHUB.test(rest);
  const isShort = scheme === '' && (user !== '' || isGithub);
  if (scheme === '' && !isShort) {
    return false;
  }
  if (scheme === 'file://') {
    return hasRepository(rest, 1);
  }
  const separator = rest.search(isShort ? /[:/]/ : /\//);
  const path = separator < 0 ? '' : rest.slice(separator + 1);
  return rest !== '' && hasRepository(path, 2);
}

/** True for URLs of files, and for Git addresses. */
export function isRemote(address: string): boolean {
  return isRemoteFile(address) || isGitAddress(address);
}

/** True for URLs that are fetched as files. */
export function isRemoteFile(address: string): boolean {
  return /^https?:/i.test(address);
}

function hasRepository(path: string, leastNames: number): boolean {
  const marker = ['_git/', '//', '.git'].find(text => path.includes(text));
  if (marker !== undefined) {
    return marker !== '//' || !path.startsWith('//');
  }
  return path !== '' && path.split('/').length >= leastNames;
}
