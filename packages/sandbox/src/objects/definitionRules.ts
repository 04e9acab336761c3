import type { FieldProblem } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, equal, isObject } from '../json/value';

/** What in a CustomResourceDefinition breaks its rules. */
export function definitionProblems(
  object: JsonObject,
  live: JsonObject | undefined,
): FieldProblem[] {
  const spec = asObject(object.spec);
  const names = asObject(spec.names);
  const problems: FieldProblem[] = [];
  const expected = `${asString(names.plural) ?? ''}.${asString(spec.group) ?? ''}`;
  const name = asString(asObject(object.metadata).name) ?? '';
  if (name !== expected) {
    problems.push({
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
      message: `Invalid value: ${JSON.stringify(name)}: must be spec.names.plural+"."+spec.group`,
    });
  }
  for (const [field, value] of [
    ['spec.group', spec.group],
    ['spec.scope', spec.scope],
    ['spec.names.plural', names.plural],
    ['spec.names.kind', names.kind],
  ] as const) {
    if (!value) {
      problems.push({
        reason: 'FieldValueRequired',
        field,
        message: 'Required value',
      });
    }
  }
  problems.push(...versionProblems(spec));
  if (live) {
    const before = asObject(live.spec);
    for (const field of ['group', 'scope']) {
      if (!equal(spec[field], before[field])) {
        problems.push({
          reason: 'FieldValueInvalid',
          field: `spec.${field}`,
          message: `Invalid value: ${JSON.stringify(spec[field])}: field is immutable`,
        });
      }
    }
  }
  return problems;
}

function versionProblems(spec: JsonObject): FieldProblem[] {
  const versions = asArray(spec.versions).filter(isObject);
  const problems: FieldProblem[] = [];
  const stored = versions.filter(version => version.storage === true);
  if (stored.length !== 1) {
    problems.push({
      reason: 'FieldValueInvalid',
      field: 'spec.versions',
      message:
        'Invalid value: must have exactly one version marked as storage version',
    });
  }
  for (const [index, version] of versions.entries()) {
    if (!isObject(asObject(version.schema).openAPIV3Schema)) {
      problems.push({
        reason: 'FieldValueRequired',
        field: `spec.versions[${index}].schema.openAPIV3Schema`,
        message: 'Required value: schemas are required',
      });
    }
  }
  return problems;
}
