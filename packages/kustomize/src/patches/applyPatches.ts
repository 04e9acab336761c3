import { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { Budget } from '../Budget';
import { KustomizeError, within } from '../KustomizeError';
import {
  YamlMap,
  YamlNode,
  cloneNode,
  getField,
  isMap,
  toPlain,
} from '../fields/YamlNode';
import { Loader } from '../files/Loader';
import { PatchEntry, Selector } from '../kustomization/Kustomization';
import { Schemas } from '../schemas/Schemas';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';
import { readResources } from '../resources/readResources';
import { selectResources } from '../resources/selectResources';
import { JsonPatchOperation, applyJsonPatch, readJsonPatch } from './jsonPatch';
import { strategicMerge } from './strategicMerge';

/** Applies the entries of `patches` in order. */
export function applyPatches(
  resources: ResourceList,
  entries: readonly PatchEntry[],
  loader: Loader,
): void {
  entries.forEach((entry, i) => {
    within({ doing: `patches[${i}]`, file: entry.path || undefined }, () =>
      applyPatch(resources, entry, loader),
    );
  });
}

function applyPatch(
  resources: ResourceList,
  entry: PatchEntry,
  loader: Loader,
): void {
  const inline = entry.patch?.trim() ?? '';
  if (Boolean(inline) === Boolean(entry.path)) {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: inline
        ? 'patch and path cannot be set at the same time'
        : 'one of patch and path must be set',
    });
  }
  const text = inline || loader.loadText(entry.path!);
  const { patches, operations } = readPatchText(text, {
    file: entry.path || undefined,
    schemas: loader.schemas,
    budget: loader.budget,
  });
  if (operations?.length === 0) {
    return;
  }
  if (operations) {
    if (!entry.target) {
      throw new KustomizeError({
        code: 'invalid-patch',
        problem: 'a JSON patch has no target',
        field: 'target',
      });
    }
    for (const resource of select(resources, entry.target, loader.budget)) {
      resource.storePreviousId();
      patchJson(resource, operations, loader.budget);
    }
    resources.changed();
    return;
  }
  for (const patch of patches) {
    patch.nameChangeAllowed = entry.options?.allowNameChange ?? false;
    patch.kindChangeAllowed = entry.options?.allowKindChange ?? false;
    if (patch.nameChangeAllowed || patch.kindChangeAllowed) {
      // kustomize notes it in the annotations, which become texts by that.
      patch.setMetadataMap('annotations', patch.annotations());
    }
  }
  if (!entry.target) {
    for (const patch of patches) {
      patchById(resources, patch, () => patch.clone());
    }
    return;
  }
  if (patches.length > 1) {
    throw new KustomizeError({
      code: 'invalid-patch',
      problem: 'several patches in one entry cannot have a target',
      field: 'target',
    });
  }
  if (patches.length === 1) {
    patchSelected(resources, entry.target, patches[0], loader.budget);
  }
}

/** A text is a strategic merge patch, or else a JSON patch; not both. */
function readPatchText(
  text: string,
  options: { file?: string; schemas: Schemas; budget: Budget },
): { patches: Resource[]; operations?: JsonPatchOperation[] } {
  let patches: Resource[] | undefined;
  try {
    patches = readResources(text, options);
  } catch (error) {
    if (!(error instanceof KustomizeError)) {
      throw error;
    }
  }
  if (patches && patches.length > 0) {
    return { patches };
  }
  try {
    return { patches: [], operations: readJsonPatch(text, options) };
  } catch (error) {
    if (patches) {
      return { patches };
    }
    throw error;
  }
}

function select(
  resources: ResourceList,
  target: Selector,
  budget: Budget,
): Resource[] {
  budget.takeMatches(resources.size);
  return selectResources(resources, target);
}

function patchSelected(
  resources: ResourceList,
  target: Selector,
  patch: Resource,
  budget: Budget,
): void {
  for (const resource of select(resources, target, budget)) {
    budget.takeValue(patch.node);
    patchStrategically(resource, textualCopy(patch, resource));
  }
  resources.reset([...resources].filter(resource => !resource.isEmpty));
}

/**
 * A patch as kustomize prepares it for selected resources: it need not name
 * their version, and its labels and annotations are texts (a null is "null").
 */
function textualCopy(patch: Resource, target: Resource): Resource {
  const copy = patch.clone();
  for (const field of ['labels', 'annotations'] as const) {
    copy.setMetadataMap(field, copy[field]());
  }
  copy.node.apiVersion = target.apiVersion;
  return copy;
}

/** Merges a patch into the resource that has, or once had, its id. */
function patchById(
  resources: ResourceList,
  patch: Resource,
  copyFor: (target: Resource) => Resource,
): void {
  const target = resources.getByAnyId(patch.originalId());
  const { key } = target.currentId();
  const formerIds = target.previousIds.length;
  patchStrategically(target, copyFor(target));
  if (target.isEmpty) {
    resources.dropEmpty();
  } else if (
    target.currentId().key !== key ||
    target.previousIds.length !== formerIds
  ) {
    // Only then: to find all ids again takes as long as there are resources.
    resources.changed();
  }
}

/** Merges a patch into a resource; name and kind stay unless allowed to change. */
function patchStrategically(target: Resource, patch: Resource): void {
  const { name, namespace, kind } = target;
  const id = target.currentId();
  if (patch.nameChangeAllowed || patch.kindChangeAllowed) {
    target.storePreviousId();
  }
  const merged = within({ object: formatId(id) }, () =>
    strategicMerge(target.node, patch.node, target.schemas),
  );
  target.node = merged ?? {};
  if (target.isEmpty) {
    return;
  }
  if (!patch.kindChangeAllowed) {
    target.node.kind = kind;
  }
  if (!patch.nameChangeAllowed) {
    target.setName(name);
  }
  target.setNamespace(namespace);
}

/** Applies the files and inline texts of `patchesStrategicMerge`. */
export function applyStrategicMerges(
  resources: ResourceList,
  entries: readonly string[],
  loader: Loader,
): void {
  const patches = entries.flatMap((entry, i) =>
    within({ doing: `patchesStrategicMerge[${i}]` }, () =>
      readInlineOrFile(entry, loader),
    ),
  );
  if (entries.length > 0 && patches.length === 0) {
    throw new KustomizeError({
      code: 'invalid-patch',
      problem: 'the patches are empty',
      field: 'patchesStrategicMerge',
    });
  }
  for (const patch of patches) {
    patchById(resources, patch, target => textualCopy(patch, target));
  }
}

/** Resources given inline, or else as the name of a file. */
export function readInlineOrFile(entry: string, loader: Loader): Resource[] {
  try {
    return readResources(entry, {
      schemas: loader.schemas,
      budget: loader.budget,
    });
  } catch (error) {
    if (!(error instanceof KustomizeError)) {
      throw error;
    }
    return readResources(loader.loadText(entry), {
      file: entry,
      schemas: loader.schemas,
      budget: loader.budget,
    });
  }
}

/** Applies the entries of `patchesJson6902`. */
export function applyJsonPatches(
  resources: ResourceList,
  entries: readonly PatchEntry[],
  loader: Loader,
): void {
  entries.forEach((entry, i) => {
    within(
      { doing: `patchesJson6902[${i}]`, file: entry.path || undefined },
      () => {
        const fail = (problem: string): never => {
          throw new KustomizeError({ code: 'invalid-patch', problem });
        };
        if (!entry.target?.name) {
          fail('the target has no name');
        }
        if (Boolean(entry.patch) === Boolean(entry.path)) {
          fail(
            entry.path
              ? 'patch and path cannot be set at the same time'
              : 'one of patch and path must be set',
          );
        }
        const text = entry.patch || loader.loadText(entry.path!);
        const operations = readJsonPatch(text, {
          file: entry.path || undefined,
          budget: loader.budget,
        });
        if (operations.length === 0) {
          fail('the patch is empty');
        }
        for (const resource of select(
          resources,
          entry.target!,
          loader.budget,
        )) {
          patchJson(resource, operations, loader.budget);
        }
        resources.changed();
      },
    );
  });
}

function patchJson(
  resource: Resource,
  operations: readonly JsonPatchOperation[],
  budget: Budget,
): void {
  const object = formatId(resource.currentId());
  const plain = toPlain(resource.node) as { [key: string]: JsonValue };
  // Build notes are annotations in kustomize: with them, the field exists.
  const metadata = getField(plain as YamlMap, 'metadata');
  if (
    resource.hasBuildNotes &&
    isMap(metadata) &&
    getField(metadata, 'annotations') === undefined
  ) {
    metadata.annotations = {};
  }
  const result = within({ object }, () =>
    applyJsonPatch(plain, operations, value =>
      budget.takeValue(value as YamlNode),
    ),
  );
  if (!isMap(result as YamlMap)) {
    throw new KustomizeError({
      code: 'invalid-patch',
      problem: 'the patch leaves no object',
      object,
    });
  }
  resource.node = cloneNode(result as YamlMap);
}
