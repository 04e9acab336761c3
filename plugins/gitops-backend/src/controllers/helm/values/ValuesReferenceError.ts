import { ValuesReference } from '@backstage-gitops/plugin-gitops-common';
import { CustomErrorBase } from '@backstage/errors';

/** Values that a HelmRelease refers to are missing, or are none. */
export class ValuesReferenceError extends CustomErrorBase {
  readonly name = 'ValuesReferenceError';
  readonly code = 'GITOPS_VALUES_REFERENCE';

  constructor(
    { kind, name, valuesKey = 'values.yaml', optional }: ValuesReference,
    problem: string,
  ) {
    super(
      `could not resolve ${optional ? 'optional ' : ''}${kind} chart values reference '${name}' with key '${valuesKey}': ${problem}`,
    );
  }
}
