import type { FieldProblem } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';

/** What breaks the rules of a webhook's configuration (Kubernetes 1.34, `validation.go`). */
export function webhookProblems(
  webhook: JsonObject,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const invalid = (field: string, value: unknown, rule: string) =>
    problems.push({
      reason: 'FieldValueInvalid',
      field: `${path}.${field}`,
      message: `Invalid value: ${JSON.stringify(value)}: ${rule}`,
    });
  const required = (field: string, why: string) =>
    problems.push({
      reason: 'FieldValueRequired',
      field: `${path}.${field}`,
      message: `Required value: ${why}`,
    });
  const name = asString(webhook.name) ?? '';
  if (name.split('.').filter(Boolean).length < 3) {
    invalid(
      'name',
      name,
      'should be a domain with at least three segments separated by dots',
    );
  }
  const effects = asString(webhook.sideEffects);
  if (effects === undefined) {
    required('sideEffects', 'must specify one of None, NoneOnDryRun');
  } else if (effects !== 'None' && effects !== 'NoneOnDryRun') {
    problems.push({
      reason: 'FieldValueNotSupported',
      field: `${path}.sideEffects`,
      message: `Unsupported value: ${JSON.stringify(effects)}: supported values: "None", "NoneOnDryRun"`,
    });
  }
  const client = asObject(webhook.clientConfig);
  const url = asString(client.url);
  if ((url === undefined) === !isObject(client.service)) {
    required('clientConfig', 'exactly one of url or service is required');
  } else if (url !== undefined && !url.startsWith('https://')) {
    const scheme = /^([a-z]+):/.exec(url)?.[1] ?? '';
    invalid(
      'clientConfig.url',
      scheme,
      "'https' is the only allowed URL scheme; desired format: https://host[/path]",
    );
  }
  if (asArray(webhook.admissionReviewVersions).length === 0) {
    required('admissionReviewVersions', 'must specify one of v1, v1beta1');
  }
  const seconds = Number(webhook.timeoutSeconds ?? 10);
  if (seconds < 1 || seconds > 30) {
    invalid(
      'timeoutSeconds',
      seconds,
      'the timeout value must be between 1 and 30 seconds',
    );
  }
  return problems;
}
