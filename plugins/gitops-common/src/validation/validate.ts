import { FieldError, showValue, Warning } from '../findings';
import {
  gitopsKinds,
  isGitopsGroup,
  kindOfGroup,
  splitApiVersion,
} from '../kinds';
import { JsonObject } from '../objects';
import { fillDefaults } from './defaults';
import { checkField, Findings } from './fields';
import { checkMetadata } from './metadata';

/**
 * What {@link validate} found. No errors: the API server would take the object.
 *
 * @public
 */
export interface ValidationResult {
  errors: FieldError[];
  /** Such as fields that do not exist. */
  warnings: Warning[];
}

/** Fields beside spec and status that any object may have. */
const ENVELOPE: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'spec',
  'status',
]);

/**
 * Checks an object of a served version against the schema and the rules of its
 * kind, as the API server would with Flux's CRDs (Flux 2.9), and says of each
 * fault where it is, what stands there and what is allowed. Values of fields that
 * may hold secrets are not shown. Never throws, whatever it is given.
 *
 * Objects of older versions are converted first; see {@link convert}.
 *
 * @public
 */
export function validate(object: unknown): ValidationResult {
  const findings: Findings = { errors: [], warnings: [] };
  if (!isObject(object)) {
    findings.errors.push({
      path: '',
      code: 'type',
      message: `${showValue(object)} is no object; expected apiVersion, kind, metadata and spec`,
    });
    return findings;
  }
  const kind = checkIdentity(object, findings.errors);
  checkMetadata(object.metadata, findings.errors);
  if (!kind) return findings;

  // Rules see defaults, as those of the API server do.
  const spec = fillDefaults(object.spec ?? {}, kind.spec, 'keepUnknown');
  checkField(spec, kind.spec, 'spec', findings);
  if (kind.status && object.status !== undefined && object.status !== null) {
    checkField(object.status, kind.status, 'status', findings);
  }
  for (const name of Object.keys(object)) {
    if (!ENVELOPE.has(name)) {
      findings.warnings.push({
        path: name,
        code: 'unknownField',
        message: `${name}: there is no such field, it has no effect; settings belong under spec`,
      });
    }
  }
  return findings;
}

function checkIdentity(object: JsonObject, errors: FieldError[]) {
  const { apiVersion, kind } = object;
  for (const field of ['apiVersion', 'kind']) {
    if (typeof object[field] !== 'string' || object[field] === '') {
      errors.push({
        path: field,
        code: 'required',
        message: `${field}: required, but it is missing`,
      });
    }
  }
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    return undefined;
  }
  const { group } = splitApiVersion(apiVersion);
  const found = kindOfGroup(group, kind);
  if (!found) {
    const known = isGitopsGroup(group)
      ? gitopsKinds.filter(k => k.group === group)
      : gitopsKinds;
    errors.push({
      path: 'kind',
      code: 'enum',
      message: `kind: ${showValue(kind)} of ${showValue(apiVersion)} is not known; expected one of ${known
        .map(k => `${k.kind} (${k.apiVersion})`)
        .join(', ')}`,
      value: showValue(kind),
    });
  } else if (found.apiVersion !== apiVersion) {
    errors.push({
      path: 'apiVersion',
      code: 'enum',
      message: `apiVersion: ${showValue(apiVersion)} is not served; expected ${found.apiVersion}`,
      value: showValue(apiVersion),
    });
  }
  return found;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
