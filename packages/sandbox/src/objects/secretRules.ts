import type { FieldProblem } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asObject, asString, at } from '../json/value';

/** How much a ConfigMap or a Secret may hold. */
export const DATA_LIMIT = 1024 * 1024;

// What the types of Secrets require (Kubernetes 1.34, `ValidateSecret`).
const REQUIRED_KEYS: Record<string, string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};
const ACCOUNT = 'kubernetes.io/service-account.name';

/** What in a Secret breaks the rules of its type, or is too much. Never quotes its data. */
export function secretProblems(object: JsonObject): FieldProblem[] {
  const type = asString(object.type) ?? '';
  const data = asObject(object.data);
  const problems: FieldProblem[] = [];
  const required = (field: string) =>
    problems.push({
      reason: 'FieldValueRequired',
      field,
      message: 'Required value',
    });
  if (decodedSize(data) > DATA_LIMIT) problems.push(tooLong('data'));
  for (const key of REQUIRED_KEYS[type] ?? []) {
    if (data[key] === undefined) required(`data[${key}]`);
    else if (key.startsWith('.docker'))
      problems.push(...jsonProblems(data, key));
  }
  if (
    type === 'kubernetes.io/basic-auth' &&
    data.username === undefined &&
    data.password === undefined
  ) {
    required('data[username]');
    required('data[password]');
  }
  if (
    type === 'kubernetes.io/service-account-token' &&
    !at(object, 'metadata', 'annotations', ACCOUNT)
  ) {
    required(`metadata.annotations[${ACCOUNT}]`);
  }
  return problems;
}

/** What in a ConfigMap is too much or there twice. */
export function configMapProblems(object: JsonObject): FieldProblem[] {
  const data = asObject(object.data);
  const binary = asObject(object.binaryData);
  const problems: FieldProblem[] = [];
  for (const key of Object.keys(data)) {
    if (!Object.hasOwn(binary, key)) continue;
    problems.push({
      reason: 'FieldValueInvalid',
      field: `data[${key}]`,
      message: `Invalid value: ${JSON.stringify(key)}: duplicate of key present in binaryData`,
    });
  }
  let size = decodedSize(binary);
  for (const value of Object.values(data)) {
    size += Buffer.byteLength(String(value ?? ''));
  }
  if (size > DATA_LIMIT) problems.push(tooLong('[]'));
  return problems;
}

function tooLong(field: string): FieldProblem {
  return {
    reason: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${DATA_LIMIT} bytes`,
  };
}

function decodedSize(data: JsonObject): number {
  let size = 0;
  for (const value of Object.values(data)) {
    size += Buffer.byteLength(String(value ?? ''), 'base64');
  }
  return size;
}

function jsonProblems(data: JsonObject, key: string): FieldProblem[] {
  const text = Buffer.from(String(data[key]), 'base64').toString('utf8');
  try {
    JSON.parse(text);
    return [];
  } catch {
    const first = text.trimStart()[0];
    const why = first
      ? `invalid character '${/[[{"\d-]/.test(first) ? '…' : first}' looking for beginning of value`
      : 'unexpected end of JSON input';
    return [
      {
        reason: 'FieldValueInvalid',
        field: `data[${key}]`,
        message: `Invalid value: "<secret contents redacted>": ${why}`,
      },
    ];
  }
}
