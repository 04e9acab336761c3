import { FieldSpec } from '../fields/FieldSpec';
import { KustomizeError } from '../KustomizeError';
import { GroupVersionKind, isSelected } from '../resources/ResourceId';
import { compareKinds, kindOrder } from '../resources/compareKinds';
import { TransformerConfig } from './defaults';
import { NameReference } from './nameReferenceDefaults';

/** Specifications of one path, which are held against each other. */
const MOST_OF_A_PATH = 2_000;

/** A configuration without fields. */
export function emptyTransformerConfig(): TransformerConfig {
  return {
    namePrefix: [],
    nameSuffix: [],
    namespace: [],
    labels: [],
    commonLabels: [],
    templateLabels: [],
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
      result.nameReference = sorted(
        mergeReferences(a.nameReference, b.nameReference),
      );
    } else {
      result[key] = sorted(mergeFields(a[key], b[key]));
    }
  }
  return result;
}

/**
 * Adds field specifications that are not yet there. As in kustomize, one that
 * is there for a narrower kind stands for a wider one of the same path, so
 * that configured fields replace a default.
 *
 * @throws KustomizeError `conflict` where one differs only in `create`
 */
export function mergeFields(
  a: readonly FieldSpec[],
  b: readonly FieldSpec[],
): FieldSpec[] {
  const result = [...a];
  const byPath = new Map<string, FieldSpec[]>();
  const index = (spec: FieldSpec) => {
    const list = byPath.get(spec.path);
    if (list) {
      list.push(spec);
    } else {
      byPath.set(spec.path, [spec]);
    }
  };
  a.forEach(index);
  for (const spec of b) {
    const rivals = byPath.get(spec.path) ?? [];
    if (rivals.length > MOST_OF_A_PATH) {
      throw new KustomizeError({
        code: 'limit',
        problem: `the field ${spec.path} is configured for more than ${MOST_OF_A_PATH} kinds`,
        field: spec.path,
      });
    }
    const existing = rivals.find(known => isSelected(complete(known), spec));
    if (!existing) {
      index(spec);
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
    if (!existing) {
      result.set(key, reference);
      continue;
    }
    const fieldSpecs = mergeFields(existing.fieldSpecs, reference.fieldSpecs);
    if (fieldSpecs.length > existing.fieldSpecs.length) {
      result.set(key, { ...existing, fieldSpecs });
    }
  }
  return [...result.values()];
}

function complete(gvk: Partial<GroupVersionKind>): GroupVersionKind {
  const { group = '', version = '', kind = '' } = gvk;
  return { group, version, kind };
}

/** Most lists are in order: every directory merges the same fields. */
function sorted<T extends Partial<GroupVersionKind>>(list: readonly T[]): T[] {
  const keyed = list.map(item => ({ item, order: kindOrder(complete(item)) }));
  const inOrder = keyed.every(
    ({ order }, i) => i === 0 || compareKinds(keyed[i - 1].order, order) <= 0,
  );
  if (!inOrder) {
    keyed.sort((a, b) => compareKinds(a.order, b.order));
  }
  return keyed.map(({ item }) => item);
}

function gvkOf(gvk: Partial<GroupVersionKind>): string {
  const { group, version, kind } = complete(gvk);
  return `${group}/${version}/${kind}`;
}
