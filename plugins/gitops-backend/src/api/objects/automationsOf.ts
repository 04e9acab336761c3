import { imageUpdateAutomationKind } from '@backstage-gitops/plugin-gitops-common';
import { LocatedObject } from './locateObject';
import { ObjectIndex } from './ObjectIndex';
import { RequestContext } from './ObjectsService';
import { ObjectSummary } from './ObjectSummary';

/** The automations that commit to the source of a delivery, of that what may be seen. */
export function automationsOf(
  index: ObjectIndex,
  { home, summary: { source } }: LocatedObject,
  { visible }: Pick<RequestContext, 'visible'>,
): ObjectSummary[] {
  return source?.kind === 'GitRepository'
    ? home.cache
        .referrers(source)
        .filter(({ kind }) => kind === imageUpdateAutomationKind.kind)
        .map(object => index.summaryOf(home, object))
        .filter(found => !visible || visible(found))
    : [];
}
