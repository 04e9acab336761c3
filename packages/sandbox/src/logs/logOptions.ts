import type { FieldProblem } from '../api/apiError';
import { invalid } from '../api/apiError';

/** What a request for a log asks for (`PodLogOptions`). */
export interface LogOptions {
  container: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  /** The last lines only. */
  tailLines?: number;
  limitBytes?: number;
  /** Lines from this time on, in milliseconds. */
  since?: number;
}

/** @throws ApiError 422 */
export function readLogOptions(
  query: URLSearchParams,
  now: number,
): LogOptions {
  const problems: FieldProblem[] = [];
  const number = (field: string, min: number) => {
    const text = query.get(field);
    if (text === null || text === '') return undefined;
    const value = Number(text);
    if (!Number.isInteger(value) || value < min) {
      problems.push({
        reason: 'FieldValueInvalid',
        field,
        message: `Invalid value: ${text}: must be greater than ${min === 0 ? 'or equal to 0' : '0'}`,
      });
    }
    return value;
  };
  const tailLines = number('tailLines', 0);
  const limitBytes = number('limitBytes', 1);
  const sinceSeconds = number('sinceSeconds', 1);
  const sinceTime = query.get('sinceTime');
  if (sinceTime && sinceSeconds !== undefined) {
    problems.push({
      reason: 'FieldValueForbidden',
      field: '',
      message:
        'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    });
  }
  if (problems.length > 0) {
    throw invalid({ group: '', kind: 'PodLogOptions', name: '' }, problems);
  }
  const sinceStart = sinceTime ? Date.parse(sinceTime) : undefined;
  return {
    container: query.get('container') ?? '',
    follow: isSet(query, 'follow'),
    previous: isSet(query, 'previous'),
    timestamps: isSet(query, 'timestamps'),
    tailLines,
    limitBytes,
    since: sinceSeconds === undefined ? sinceStart : now - sinceSeconds * 1000,
  };
}

function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value === 'true' || value === '1';
}
