import type { FieldProblem } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, isObject } from '../json/value';
import type { Resource } from '../kinds/resource';
import {
  DNS_LABEL,
  DNS_LABEL_RULE,
  labelKeyRule,
  labelValueRule,
  SUBDOMAIN,
  SUBDOMAIN_RULE,
} from './labelRules';

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
    ...finalizerProblems(resource, metadata),
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
  const problems = generateNameProblems(metadata);
  const isLabel = LABEL_NAMED.has(resource.kind) && !resource.custom;
  const limit = isLabel ? 63 : 253;
  if (name.length > limit) {
    problems.push(
      invalid(
        'metadata.name',
        name,
        `must be no more than ${limit} characters`,
      ),
    );
  }
  if (!(isLabel ? DNS_LABEL : SUBDOMAIN).test(name)) {
    problems.push(
      invalid('metadata.name', name, isLabel ? DNS_LABEL_RULE : SUBDOMAIN_RULE),
    );
  }
  return problems;
}

/** A prefix of names may end in a dash or a dot. */
function generateNameProblems(metadata: JsonObject): FieldProblem[] {
  const prefix = asString(metadata.generateName);
  if (!prefix || SUBDOMAIN.test(prefix.replace(/[-.]+$/, ''))) return [];
  return [invalid('metadata.generateName', prefix, SUBDOMAIN_RULE)];
}

function labelProblems(metadata: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [key, value] of Object.entries(asObject(metadata.labels))) {
    const keyRule = labelKeyRule(key);
    if (keyRule) problems.push(invalid('metadata.labels', key, keyRule));
    const text = String(value ?? '');
    const valueRule = labelValueRule(text);
    if (valueRule) problems.push(invalid('metadata.labels', text, valueRule));
  }
  return problems;
}

function annotationProblems(metadata: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(asObject(metadata.annotations))) {
    const rule = labelKeyRule(key.toLowerCase());
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
  const field = 'metadata.ownerReferences';
  const owners = asArray(metadata.ownerReferences).filter(isObject);
  for (const owner of owners) {
    if (!owner.apiVersion) {
      problems.push(
        invalid(`${field}.apiVersion`, '', 'version must not be empty'),
      );
    }
    for (const name of ['kind', 'name', 'uid']) {
      if (owner[name]) continue;
      problems.push(invalid(`${field}.${name}`, '', 'must not be empty'));
    }
    if (owner.kind === 'Event' && owner.apiVersion === 'v1') {
      problems.push(
        invalid(
          field,
          owner,
          '/v1, Kind=Event is disallowed from being an owner',
        ),
      );
    }
  }
  const controllers = owners.filter(owner => owner.controller === true);
  if (controllers.length > 1) {
    const [first, second] = controllers.map(
      ({ kind, name }) => `${String(kind)}/${String(name)}`,
    );
    problems.push(
      invalid(
        field,
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`,
      ),
    );
  }
  return problems;
}

const STANDARD_FINALIZERS = new Set([
  'foregroundDeletion',
  'kubernetes',
  'orphan',
]);

function finalizerProblems(
  resource: Resource,
  metadata: JsonObject,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const field = 'metadata.finalizers';
  const finalizers = asArray(metadata.finalizers).map(String);
  for (const finalizer of finalizers) {
    const rule = labelKeyRule(finalizer);
    if (rule) problems.push(invalid(field, finalizer, rule));
  }
  // Custom resources may name them as they like; Flux does.
  const named = resource.custom ? [] : finalizers;
  for (const [index, finalizer] of named.entries()) {
    if (finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) continue;
    problems.push(
      invalid(
        `${field}[${index}]`,
        finalizer,
        'name is neither a standard finalizer name nor is it fully qualified',
      ),
    );
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
