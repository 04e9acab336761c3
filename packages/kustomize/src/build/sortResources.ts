import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';
import { SortOptions } from '../kustomization/Kustomization';
import { ResourceList } from '../resources/ResourceList';
import { ResourceId, formatGvk } from '../resources/ResourceId';
import { ORDER_FIRST, ORDER_LAST, gvkKey } from '../resources/compareKinds';

/**
 * Orders resources as `sortOptions` says: `fifo` leaves them as they came,
 * `legacy` sorts by kind, namespace and name.
 *
 * @throws KustomizeError `invalid-kustomization`
 */
export function sortResources(
  resources: ResourceList,
  options: SortOptions,
): void {
  const fail = (problem: string): never => {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem,
      field: 'sortOptions',
    });
  };
  if (options.order !== 'fifo' && options.order !== 'legacy') {
    fail('the order must be fifo or legacy');
  }
  if (options.order === 'fifo') {
    if (options.legacySortOptions) {
      fail('legacySortOptions need the order legacy');
    }
    return;
  }
  const first = options.legacySortOptions?.orderFirst ?? ORDER_FIRST;
  const last = options.legacySortOptions?.orderLast ?? ORDER_LAST;
  const ranks = new Map<string, number>();
  first.forEach((kind, i) => ranks.set(kind, i - first.length));
  last.forEach((kind, i) => ranks.set(kind, i + 1));
  const keyed = [...resources].map(resource => {
    const id = resource.currentId();
    return {
      resource,
      rank: ranks.get(id.kind) ?? 0,
      gvk: gvkKey(id),
      // Core namespaces come before those of other groups.
      reversed: id.kind === 'Namespace',
      core: id.group === '',
      id: idKey(id),
    };
  });
  keyed.sort((a, b) => {
    if (a.gvk === b.gvk) {
      return compareCodePoints(a.id, b.id);
    }
    if (a.rank !== b.rank) {
      return a.rank - b.rank;
    }
    const order = compareCodePoints(a.gvk, b.gvk);
    return a.reversed && b.reversed && (a.core || b.core) ? -order : order;
  });
  resources.reset(keyed.map(({ resource }) => resource));
}

function idKey(id: ResourceId): string {
  return `${formatGvk(id)}|${id.namespace || '~X'}|${id.name || '~N'}`;
}
