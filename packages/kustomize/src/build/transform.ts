import { within } from '../KustomizeError';
import { readReplacements } from '../kustomization/readReplacements';
import {
  applyJsonPatches,
  applyPatches,
  applyStrategicMerges,
} from '../patches/applyPatches';
import { joinPath } from '../files/paths';
import { addTransformation, builtInOrigin } from '../resources/Origin';
import { setImages } from '../transformers/images';
import { setEntries } from '../transformers/metadata';
import { affixNames } from '../transformers/names';
import { setNamespace } from '../transformers/namespace';
import { replace } from '../transformers/replacements';
import { setReplicas } from '../transformers/replicas';
import { Accumulator } from './Accumulator';
import { Target } from './Target';
import { labelFields } from './labelFields';

/** What one line of `transformerAnnotations` costs, in matches. */
const NOTE = 8;

/**
 * Runs what the fields of a kustomization ask for. The order is kustomize's and
 * matters. With an origin, every step is noted on every resource.
 */
export function transform(into: Accumulator, target: Target): void {
  const { kustomization: k, loader, origin } = target;
  const { resources, config } = into;
  let notes = 0;
  const note = (kind: string, times: number) => {
    const by = origin && builtInOrigin(origin, k.fileName, kind);
    if (by && times > 0) {
      notes += times;
      // Notes are written behind all that were written before.
      loader.budget.takeMatches(resources.size * NOTE * notes);
      addTransformation(resources, by, times);
    }
  };

  const each = <T>(entries: readonly T[], apply: (entry: T) => void) => {
    for (const entry of entries) {
      loader.budget.takeMatches(resources.size);
      apply(entry);
    }
  };

  applyStrategicMerges(resources, k.patchesStrategicMerge, loader);
  note(
    'PatchStrategicMergeTransformer',
    Number(k.patchesStrategicMerge.length > 0),
  );
  applyPatches(resources, k.patches, loader);
  note('PatchTransformer', k.patches.length);
  setNamespace(resources, {
    namespace: k.namespace,
    fields: config.namespace,
  });
  note('NamespaceTransformer', Number(k.namespace !== ''));
  if (k.namePrefix) {
    affixNames(resources, { prefix: k.namePrefix, fields: config.namePrefix });
    note('PrefixTransformer', 1);
  }
  if (k.nameSuffix) {
    affixNames(resources, { suffix: k.nameSuffix, fields: config.nameSuffix });
    note('SuffixTransformer', 1);
  }
  each(k.labels, entry =>
    setEntries(resources, entry.pairs, labelFields(entry, config)),
  );
  setEntries(resources, k.commonLabels, config.commonLabels);
  // One more than there are entries of `labels`: that is `commonLabels`.
  if (k.labels.length > 0 || Object.keys(k.commonLabels).length > 0) {
    note('LabelTransformer', k.labels.length + 1);
  }
  if (Object.keys(k.commonAnnotations).length > 0) {
    setEntries(resources, k.commonAnnotations, config.commonAnnotations);
    note('AnnotationsTransformer', 1);
  }
  applyJsonPatches(resources, k.patchesJson6902, loader);
  note('PatchJson6902Transformer', k.patchesJson6902.length);
  each(k.replicas, entry => setReplicas(resources, entry, config.replicas));
  note('ReplicaCountTransformer', k.replicas.length);
  loader.budget.takeMatches(resources.size * k.images.length);
  setImages(resources, k.images, config.images);
  note('ImageTagTransformer', k.images.length);
  within({ doing: 'replacements' }, () =>
    replace(
      resources,
      readReplacements(
        k.replacements,
        loader,
        joinPath(loader.root, k.fileName),
      ),
      loader.budget,
    ),
  );
  note('ReplacementTransformer', Number(k.replacements.length > 0));
  resources.dropEmpty();
}
