import type { FieldProblem } from '../api/apiError';
import { ruleProblems } from '../cel/ruleProblems';
import type { JsonObject } from '../json/value';
import type { JsonSchema } from '../kinds/jsonSchema';
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
  problems.push(...versionProblems(spec, asObject(live?.spec)));
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

function versionProblems(spec: JsonObject, before: JsonObject): FieldProblem[] {
  if (equal(spec.versions, before.versions)) return [];
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
    const { openAPIV3Schema } = asObject(version.schema);
    if (isObject(openAPIV3Schema)) {
      // As the API server, which keeps the schema of a single version apart.
      const path =
        versions.length === 1
          ? 'spec.validation.openAPIV3Schema'
          : `spec.versions[${index}].schema.openAPIV3Schema`;
      problems.push(...ruleProblems(openAPIV3Schema as JsonSchema, path));
    } else {
      problems.push({
        reason: 'FieldValueRequired',
        field: `spec.versions[${index}].schema.openAPIV3Schema`,
        message: 'Required value: schemas are required',
      });
    }
  }
  return problems;
}
