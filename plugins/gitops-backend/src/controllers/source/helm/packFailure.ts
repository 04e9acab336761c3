import { assertError } from '@backstage/errors';
import { SourceFetchError } from '@backstage-gitops/plugin-gitops-node';
import { buildFailure, codeOf } from './buildFailure';

const VALUES = new Set(['missing-values-file', 'invalid-values-file']);

/** Why a chart was not packed: for its values files, or for itself. */
export function packFailure(
  error: unknown,
  prefixes: { load: string; merge: string },
): SourceFetchError {
  assertError(error);
  return VALUES.has(codeOf(error) ?? '')
    ? buildFailure('ValuesFilesError', prefixes.merge + error.message)
    : buildFailure('ChartPackageError', prefixes.load + error.message);
}
