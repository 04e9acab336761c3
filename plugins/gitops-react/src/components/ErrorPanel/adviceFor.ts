import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';

const BY_CODE = {
  GITOPS_OBJECT_NOT_FOUND: 'notFound',
  GITOPS_SUSPENDED: 'suspended',
  GITOPS_NOT_SUPPORTED: 'notSupported',
  GITOPS_CONFLICT: 'conflict',
  GITOPS_HOME_REFUSED: 'homeRefused',
  GITOPS_HOME_UNAVAILABLE: 'unavailable',
} as const;

type Advice =
  (typeof BY_CODE)[keyof typeof BY_CODE] | 'unreachable' | 'signIn' | 'other';

/** The name of the advice that helps with an error of the API, in `advice.*`. */
export function adviceFor(error: Error): Advice {
  if (!(error instanceof GitopsApiError)) {
    // What fetch throws when nothing answers.
    return error.name === 'TypeError' ? 'unreachable' : 'other';
  }
  if (hasCode(error.code)) return BY_CODE[error.code];
  if (error.status === 401) return 'signIn';
  return error.status >= 500 ? 'unreachable' : 'other';
}

function hasCode(code: string): code is keyof typeof BY_CODE {
  return code in BY_CODE;
}
