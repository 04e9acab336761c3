import { FieldError, fieldPath, showValue } from '../findings';
import { JsonObject, JsonValue } from '../objects';

const SUBDOMAIN =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const ANNOTATIONS_SIZE = 256 * 1024;

/** Checks name, namespace, labels and annotations as the API server does. */
export function checkMetadata(
  metadata: JsonValue | undefined,
  errors: FieldError[],
): void {
  if (!isObject(metadata)) {
    errors.push({
      path: 'metadata',
      code: metadata === undefined ? 'required' : 'type',
      message: 'metadata: expected an object with name',
    });
    return;
  }
  checkName(metadata, errors);
  const { namespace } = metadata;
  if (namespace !== undefined && namespace !== null) {
    if (
      typeof namespace !== 'string' ||
      namespace.length > 63 ||
      !LABEL.test(namespace)
    ) {
      errors.push({
        path: 'metadata.namespace',
        code: 'pattern',
        message: `metadata.namespace: ${showValue(namespace)} is not allowed; expected at most 63 lower case letters, digits and -`,
        value: showValue(namespace),
      });
    }
  }
  checkMap(metadata, 'labels', errors);
  checkMap(metadata, 'annotations', errors);
}

function checkName(metadata: JsonObject, errors: FieldError[]): void {
  const { name } = metadata;
  if (name === undefined || name === null || name === '') {
    errors.push({
      path: 'metadata.name',
      code: 'required',
      message: 'metadata.name: required, but it is missing',
    });
  } else if (
    typeof name !== 'string' ||
    name.length > 253 ||
    !SUBDOMAIN.test(name)
  ) {
    errors.push({
      path: 'metadata.name',
      code: 'pattern',
      message: `metadata.name: ${showValue(name)} is not allowed; expected at most 253 lower case letters, digits, - and .`,
      value: showValue(name),
    });
  }
}

function checkMap(
  metadata: JsonObject,
  field: 'labels' | 'annotations',
  errors: FieldError[],
): void {
  const map = metadata[field];
  const path = `metadata.${field}`;
  if (map === undefined || map === null) return;
  if (!isObject(map)) {
    errors.push({
      path,
      code: 'type',
      message: `${path}: ${showValue(map)} is not allowed; expected an object of strings`,
    });
    return;
  }
  let size = 0;
  for (const [key, value] of Object.entries(map)) {
    const at = fieldPath(path, key);
    if (!isQualifiedName(key)) {
      errors.push({
        path: at,
        code: 'pattern',
        message: `${at}: the key is not allowed; expected a name of at most 63 letters, digits, -, _ and ., with an optional DNS prefix and /`,
      });
    }
    if (value === null) continue;
    if (typeof value !== 'string') {
      errors.push({
        path: at,
        code: 'type',
        message: `${at}: ${showValue(value)} is not allowed; expected a string, put it in quotes`,
        value: showValue(value),
      });
      continue;
    }
    size += key.length + value.length;
    if (field === 'labels' && !isLabelValue(value)) {
      errors.push({
        path: at,
        code: 'pattern',
        message: `${at}: ${showValue(value)} is not allowed; expected at most 63 letters, digits, -, _ and .`,
        value: showValue(value),
      });
    }
  }
  if (field === 'annotations' && size > ANNOTATIONS_SIZE) {
    errors.push({
      path,
      code: 'length',
      message: `${path}: larger than the ${ANNOTATIONS_SIZE} bytes that Kubernetes allows`,
    });
  }
}

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  const prefix = key.slice(0, Math.max(slash, 0));
  return (
    name.length <= 63 &&
    QUALIFIED.test(name) &&
    (slash < 0 || (prefix.length <= 253 && SUBDOMAIN.test(prefix)))
  );
}

function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && QUALIFIED.test(value));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
