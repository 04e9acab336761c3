import type { FieldProblem } from './apiError';
import { invalid } from './apiError';

/**
 * Checks the options of a write by the rules of apimachinery 0.34
 * (`ValidateCreateOptions` and its kin).
 *
 * @throws ApiError 422
 */
export function checkWriteOptions(
  kind: string,
  query: URLSearchParams,
  isApply: boolean,
): void {
  const problems: FieldProblem[] = [];
  if (kind === 'PatchOptions' && query.has('force') && !isApply) {
    problems.push({
      reason: 'FieldValueForbidden',
      field: 'force',
      message: 'Forbidden: may not be specified for non-apply patch',
    });
  }
  problems.push(...managerProblems(query.get('fieldManager') ?? ''));
  problems.push(...dryRunProblems(query.getAll('dryRun')));
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(validation)) {
    problems.push(
      unsupported('fieldValidation', validation, [
        '',
        'Ignore',
        'Strict',
        'Warn',
      ]),
    );
  }
  failOn(kind, problems);
}

/** As {@link checkWriteOptions}, for a deletion. @throws ApiError 422 */
export function checkDeleteOptions(options: {
  propagationPolicy?: string;
  orphanDependents?: boolean;
  dryRun: string[];
}): void {
  const { propagationPolicy, orphanDependents, dryRun } = options;
  const problems: FieldProblem[] = [];
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    problems.push({
      reason: 'FieldValueInvalid',
      field: 'propagationPolicy',
      message: `Invalid value: ${JSON.stringify(propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`,
    });
  }
  if (
    propagationPolicy !== undefined &&
    !['Foreground', 'Background', 'Orphan'].includes(propagationPolicy)
  ) {
    problems.push(
      unsupported('propagationPolicy', propagationPolicy, [
        'Foreground',
        'Background',
        'Orphan',
        'nil',
      ]),
    );
  }
  problems.push(...dryRunProblems(dryRun));
  failOn('DeleteOptions', problems);
}

function managerProblems(manager: string): FieldProblem[] {
  const field = 'fieldManager';
  if (manager.length > 128) {
    return [
      {
        reason: 'FieldValueTooLong',
        field,
        message: 'Too long: may not be more than 128 bytes',
      },
    ];
  }
  const position = manager.search(/[^\P{C}]/u);
  if (position < 0) return [];
  const code = manager
    .codePointAt(position)!
    .toString(16)
    .toUpperCase()
    .padStart(4, '0');
  return [
    {
      reason: 'FieldValueInvalid',
      field,
      message: `Invalid value: ${JSON.stringify(manager)}: invalid character U+${code} (at position ${position})`,
    },
  ];
}

function dryRunProblems(values: string[]): FieldProblem[] {
  const asked = values.filter(Boolean);
  return asked.every(value => value === 'All')
    ? []
    : [
        {
          reason: 'FieldValueNotSupported',
          field: 'dryRun',
          message: `Unsupported value: ${JSON.stringify(asked)}: supported values: "All"`,
        },
      ];
}

function unsupported(
  field: string,
  value: string,
  supported: string[],
): FieldProblem {
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported
      .map(entry => JSON.stringify(entry))
      .join(', ')}`,
  };
}

function failOn(kind: string, problems: FieldProblem[]): void {
  if (problems.length > 0) {
    throw invalid({ group: 'meta.k8s.io', kind, name: '' }, problems);
  }
}
