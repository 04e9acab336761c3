import { gitAddressProblem } from '../gitAddress';
import { GitError } from '../GitError';

/** `[user@]host:path`, which is no URL; a drive letter is no host. */
const SHORT_FORM = /^(?:([^\s/@:]+)@)?([^\s/@:]{2,}):(?!\/\/)(.+)$/;

/**
 * Where a submodule comes from: an address as it stands, one of the short form
 * of ssh, or one that starts with `./` or `../`, relative to the repository that
 * it is a part of.
 *
 * @throws GitError `GIT_SUBMODULE` for files of this machine and the like
 */
export function submoduleUrl(
  parent: string,
  url: string,
  path: string,
): string {
  const absolute = /^\.\.?\//.test(url)
    ? relative(parent, url)
    : url.replace(
        SHORT_FORM,
        (_, user, host, rest) =>
          `ssh://${user ? `${user}@` : ''}${host}/${rest.replace(/^\/+/, '')}`,
      );
  const problem =
    absolute === undefined
      ? 'leads above its host'
      : gitAddressProblem(absolute);
  if (absolute === undefined || problem) {
    throw new GitError(
      'GIT_SUBMODULE',
      `the address of submodule '${path}' ${problem}`,
    );
  }
  return absolute;
}

function relative(parent: string, url: string): string | undefined {
  const base = new URL(parent);
  const parts = base.pathname.split('/').filter(part => part !== '');
  for (const part of url.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) {
        return undefined;
      }
    } else if (part !== '.' && part !== '') {
      parts.push(encodeURIComponent(part));
    }
  }
  base.pathname = `/${parts.join('/')}`;
  return base.href;
}
