import { Errors } from 'isomorphic-git';
import { GitError } from './GitError';

/** What isomorphic-git throws, in our words; what we threw stays as it is. */
export function translateGitError(
  error: unknown,
  url: string,
  signal: AbortSignal,
): unknown {
  if (signal.aborted) {
    return signal.reason;
  }
  if (error instanceof GitError) {
    return error;
  }
  const address = withoutCredentials(url);
  if (error instanceof Errors.HttpError) {
    const { statusCode } = error.data;
    if (statusCode === 401 || statusCode === 403) {
      return new GitError(
        'GIT_AUTHENTICATION',
        `${address} refused access (HTTP ${statusCode}); check the credentials in spec.secretRef`,
      );
    }
    if (statusCode === 404) {
      return new GitError(
        'GIT_NOT_FOUND',
        `there is no repository at ${address} (HTTP 404); check spec.url, and whether it needs credentials`,
      );
    }
    return new GitError(
      'GIT_UNREACHABLE',
      `${address} answered with HTTP ${statusCode}`,
    );
  }
  if (
    error instanceof Errors.SmartHttpError ||
    error instanceof Errors.ParseError
  ) {
    return new GitError(
      'GIT_NOT_A_REPOSITORY',
      `${address} does not answer as a Git repository; check spec.url`,
    );
  }
  if (error instanceof Errors.NotFoundError) {
    return new GitError(
      'GIT_REF_NOT_FOUND',
      `the repository has no ${error.data.what}`,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new GitError('GIT_PROTOCOL', message);
}

/** A URL may hold a user and a password. */
export function withoutCredentials(url: string): string {
  try {
    const parsed = new URL(url);
    parsed.username = '';
    parsed.password = '';
    return parsed.href;
  } catch {
    return 'the repository';
  }
}
