import { GitCheckout } from './GitCheckout';
import { GitError } from './GitError';

/**
 * The paths that `spec.sparseCheckout` names, without slashes at their ends;
 * undefined where all is wanted.
 *
 * @throws GitError `GIT_PATH_NOT_FOUND` where the commit has no such path
 */
export async function sparsePaths(
  directories: readonly string[] | undefined,
  checkout: GitCheckout,
): Promise<string[] | undefined> {
  if (!directories?.length) {
    return undefined;
  }
  const paths: string[] = [];
  for (const directory of directories) {
    const path = directory
      .split('/')
      .filter(part => part !== '' && part !== '.')
      .join('/');
    if (path !== '' && !(await checkout.has(path))) {
      throw new GitError(
        'GIT_PATH_NOT_FOUND',
        `sparse checkout dir '${directory}' does not exist in repository`,
      );
    }
    paths.push(path);
  }
  return paths.includes('') ? undefined : paths;
}
