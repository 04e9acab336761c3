import { FieldSpec } from '../fields/FieldSpec';
import { KustomizeError } from '../KustomizeError';
import { TransformerConfig } from './defaults';
import { NameReference } from './nameReferenceDefaults';

/** A configuration without fields. */
export function emptyTransformerConfig(): TransformerConfig {
  return {
    namePrefix: [],
    nameSuffix: [],
    namespace: [],
    labels: [],
    commonLabels: [],
    templateLabels: [],
    volumeClaimTemplateLabels: [],
    commonAnnotations: [],
    nameReference: [],
    varReference: [],
    images: [],
    replicas: [],
  };
}

/** Joins two configurations; equal fields count once. */
export function mergeConfig(
  a: TransformerConfig,
  b: TransformerConfig,
): TransformerConfig {
  const result = { ...a };
  for (const key of Object.keys(b) as (keyof TransformerConfig)[]) {
    if (key === 'nameReference') {
      result.nameReference = mergeReferences(a.nameReference, b.nameReference);
    } else {
      result[key] = mergeFields(a[key], b[key]);
    }
  }
  return result;
}

/**
 * Adds field specifications that are not yet there.
 *
 * @throws KustomizeError `conflict` where one differs only in `create`
 */
export function mergeFields(
  a: readonly FieldSpec[],
  b: readonly FieldSpec[],
): FieldSpec[] {
  const known = new Map(a.map(spec => [keyOf(spec), spec]));
  const result = [...a];
  for (const spec of b) {
    const existing = known.get(keyOf(spec));
    if (!existing) {
      known.set(keyOf(spec), spec);
      result.push(spec);
    } else if ((existing.create ?? false) !== (spec.create ?? false)) {
      throw new KustomizeError({
        code: 'conflict',
        problem: `the field ${spec.path} is configured twice, with and without create`,
        field: spec.path,
      });
    }
  }
  return result;
}

function mergeReferences(
  a: readonly NameReference[],
  b: readonly NameReference[],
): NameReference[] {
  const result = new Map<string, NameReference>();
  for (const reference of [...a, ...b]) {
    const key = gvkOf(reference);
    const existing = result.get(key);
    result.set(
      key,
      existing
        ? {
            ...existing,
            fieldSpecs: mergeFields(existing.fieldSpecs, reference.fieldSpecs),
          }
        : reference,
    );
  }
  return [...result.values()];
}

function keyOf(spec: FieldSpec): string {
  return `${gvkOf(spec)}/${spec.path}`;
}

function gvkOf(gvk: {
  group?: string;
  version?: string;
  kind?: string;
}): string {
  return `${gvk.group ?? ''}/${gvk.version ?? ''}/${gvk.kind ?? ''}`;
}
