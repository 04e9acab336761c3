import { CustomErrorBase } from '@backstage/errors';

/** A text whose variables cannot be substituted. Names variables, never values. */
export class SubstitutionError extends CustomErrorBase {
  readonly name = 'SubstitutionError';
  readonly code = 'GITOPS_SUBSTITUTION';
}
