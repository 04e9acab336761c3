/** Hosts that have another name for ssh. */
const SSH_HOSTS: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
  'ssh.dev.azure.com': 'dev.azure.com',
};

/**
 * The https address of a repository whose address is one of http, https, ssh or
 * `user@host:path`; the port of another scheme says nothing about that of https.
 *
 * @param hosts - of integrations, with their ports
 * @returns undefined where it is no such address
 */
export function httpsUrlOf(
  address: string,
  hosts: readonly string[],
): URL | undefined {
  const scp = /^(?:[^@/:]+@)?([^@/:]+):(?!\/\/)(.+)$/.exec(address);
  const text = scp ? `ssh://${scp[1]}/${scp[2].replace(/^\/+/, '')}` : address;
  const given = URL.canParse(text) ? new URL(text) : undefined;
  if (!given || !/^(https?|ssh):$/.test(given.protocol)) {
    return undefined;
  }
  if (given.protocol === 'https:') {
    return given;
  }
  const isSsh = given.protocol === 'ssh:';
  const name = given.hostname.toLowerCase();
  const hostname = (isSsh && SSH_HOSTS[name]) || name;
  const known = hosts.filter(
    host => new URL(`https://${host}`).hostname === hostname,
  );
  const host = known.length === 1 ? known[0] : hostname;
  const path = isSsh ? pathOf(given.pathname, name) : given.pathname;
  // Parsed anew: only then are '..' and the case of the host what they are for https.
  const url = `https://${host}${path}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

function pathOf(path: string, sshHost: string): string {
  // Azure DevOps: v3/organization/project/repository.
  const azure = /^\/v3\/([^/]+)\/([^/]+)\/([^/]+)\/?$/.exec(path);
  return azure && sshHost === 'ssh.dev.azure.com'
    ? `/${azure[1]}/${azure[2]}/_git/${azure[3]}`
    : path;
}
