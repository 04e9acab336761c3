import { FieldSpec } from '../fields/FieldSpec';
import { FieldReader } from './FieldReader';

/** Reads a field specification, as in `labels[].fields` and configurations. */
export function readFieldSpec(fields: FieldReader): FieldSpec {
  return {
    group: fields.string('group'),
    version: fields.string('version'),
    kind: fields.string('kind'),
    path: fields.string('path'),
    create: fields.boolean('create'),
  };
}
