import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';
import { runTransformerPlugin } from './runTransformerPlugin';

/** The one label that a validator may set. */
const VALIDATED_BY = 'validated-by';

/**
 * Runs a transformer that may look at resources, but not change them.
 *
 * @throws KustomizeError `conflict` where it does
 */
export function runValidatorPlugin(
  resources: ResourceList,
  plugin: Resource,
  loader: Loader,
): void {
  const before = [...resources].map(contentOf);
  runTransformerPlugin(resources, plugin, loader);
  const after = [...resources].map(contentOf);
  if (
    before.length !== after.length ||
    before.some((content, i) => content !== after[i])
  ) {
    throw new KustomizeError({
      code: 'conflict',
      problem: 'a validator changed resources',
      object: formatId(plugin.currentId()),
      hint: 'list it under transformers',
    });
  }
}

function contentOf(resource: Resource): string {
  const copy = resource.clone();
  const labels = copy.labels();
  if (labels.delete(VALIDATED_BY)) {
    copy.setMetadataMap('labels', labels);
  }
  const content = stringifyJson(copy.toObject(), { sortKeys: true });
  return `${copy.previousIds.length} ${content}`;
}
