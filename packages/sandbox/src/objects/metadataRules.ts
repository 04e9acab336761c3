import type { FieldProblem } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';
import type { Resource } from '../kinds/resource';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const QUALIFIED_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const ANNOTATIONS_LIMIT = 256 * 1024;
const LABEL_NAMED = new Set(['Namespace', 'Service']);
const FREELY_NAMED_GROUP = 'rbac.authorization.k8s.io';

/** What in an object's metadata breaks the rules of apimachinery 0.34 (`pkg/api/validation`). */
export function metadataProblems(
  resource: Resource,
  object: JsonObject,
  live: JsonObject | undefined,
): FieldProblem[] {
  const metadata = asObject(object.metadata);
  return [
    ...nameProblems(resource, metadata),
    ...labelProblems(metadata),
    ...annotationProblems(metadata),
    ...ownerProblems(metadata),
    ...finalizerProblems(metadata),
    ...lateFinalizerProblems(metadata, asObject(live?.metadata)),
  ];
}

function invalid(field: string, value: unknown, rule: string): FieldProblem {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${JSON.stringify(value)}: ${rule}`,
  };
}

function nameProblems(
  resource: Resource,
  metadata: JsonObject,
): FieldProblem[] {
  const name = asString(metadata.name) ?? '';
  if (!name) {
    return [
      {
        reason: 'FieldValueRequired',
        field: 'metadata.name',
        message: 'Required value: name or generateName is required',
      },
    ];
  }
  if (resource.group === FREELY_NAMED_GROUP) {
    return name === '.' || name === '..' || /[/%]/.test(name)
      ? [invalid('metadata.name', name, "may not contain '/' or '%'")]
      : [];
  }
  const isLabel = LABEL_NAMED.has(resource.kind) && !resource.custom;
  const limit = isLabel ? 63 : 253;
  const problems: FieldProblem[] = [];
  if (name.length > limit) {
    problems.push(
      invalid('metadata.name', name, `must be no more than ${limit} bytes`),
    );
  }
  if (!(isLabel ? DNS_LABEL : SUBDOMAIN).test(name)) {
    problems.push(
      invalid('metadata.name', name, isLabel ? LABEL_RULE : SUBDOMAIN_RULE),
    );
  }
  return problems;
}

function qualifiedNameRule(key: string): string | undefined {
  const slash = key.indexOf('/');
  const name = slash < 0 ? key : key.slice(slash + 1);
  if (slash >= 0) {
    const prefix = key.slice(0, slash);
    if (!prefix) return 'prefix part must be non-empty';
    if (!SUBDOMAIN.test(prefix)) return `prefix part ${SUBDOMAIN_RULE}`;
  }
  if (!name) return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 bytes';
  return QUALIFIED_PART.test(name) ? undefined : QUALIFIED_RULE;
}

function labelProblems(metadata: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [key, value] of Object.entries(asObject(metadata.labels))) {
    const keyRule = qualifiedNameRule(key);
    if (keyRule) problems.push(invalid('metadata.labels', key, keyRule));
    const text = String(value ?? '');
    if (text.length > 63) {
      problems.push(
        invalid('metadata.labels', text, 'must be no more than 63 bytes'),
      );
    } else if (text && !QUALIFIED_PART.test(text)) {
      problems.push(invalid('metadata.labels', text, LABEL_VALUE_RULE));
    }
  }
  return problems;
}

function annotationProblems(metadata: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(asObject(metadata.annotations))) {
    const rule = qualifiedNameRule(key.toLowerCase());
    if (rule) problems.push(invalid('metadata.annotations', key, rule));
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value ?? ''));
  }
  if (size > ANNOTATIONS_LIMIT) {
    problems.push({
      reason: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${ANNOTATIONS_LIMIT} bytes`,
    });
  }
  return problems;
}

function ownerProblems(metadata: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const owners = asArray(metadata.ownerReferences);
  for (const [index, owner] of owners.filter(isObject).entries()) {
    const path = `metadata.ownerReferences[${index}]`;
    for (const name of ['apiVersion', 'kind', 'name', 'uid']) {
      if (owner[name]) continue;
      const field = name === 'apiVersion' ? 'version' : name;
      problems.push(
        invalid(`${path}.${name}`, '', `${field} must not be empty`),
      );
    }
  }
  const controllers = owners.filter(
    owner => isObject(owner) && owner.controller === true,
  );
  if (controllers.length > 1) {
    problems.push({
      reason: 'FieldValueInvalid',
      field: 'metadata.ownerReferences',
      message:
        'Invalid value: Only one reference can have Controller set to true',
    });
  }
  return problems;
}

function finalizerProblems(metadata: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const finalizer of asArray(metadata.finalizers).map(String)) {
    const rule = qualifiedNameRule(finalizer);
    if (rule) problems.push(invalid('metadata.finalizers', finalizer, rule));
  }
  return problems;
}

/** An object that is being deleted takes no new finalizers. */
function lateFinalizerProblems(
  metadata: JsonObject,
  live: JsonObject,
): FieldProblem[] {
  if (live.deletionTimestamp === undefined) return [];
  const known = asArray(live.finalizers);
  const added = asArray(metadata.finalizers).filter(
    name => !known.includes(name),
  );
  if (added.length === 0) return [];
  const list = added.map(name => JSON.stringify(name)).join(', ');
  return [
    {
      reason: 'FieldValueForbidden',
      field: 'metadata.finalizers',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    },
  ];
}
