import {
  PublishedEntitiesQuery,
  PublishedEntity,
  PublishedEntityList,
} from '@backstage-gitops/plugin-gitops-common';

/** Asks the gitops plugin. */
export type ListPublished = (
  query: PublishedEntitiesQuery,
  options: { signal: AbortSignal },
) => Promise<PublishedEntityList>;

/** All entities of a home, or why they are not known. */
export type AllPublished =
  | { complete: true; state: string; items: PublishedEntity[] }
  | { complete: false; reason: string };

const PAGE = 500;
/** Far more than a home has; whoever answers so is not believed. */
const MOST_PAGES = 1_000;

/**
 * Reads all pages, which may come from different replicas: all must know all of
 * the home. What changes meanwhile is told by the changes since the first page.
 *
 * @throws what `list` throws
 */
export async function listAll(
  list: ListPublished,
  home: string,
  options: { signal: AbortSignal },
): Promise<AllPublished> {
  const items = new Map<string, PublishedEntity>();
  let state: string | undefined;
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await list({ home, limit: PAGE, cursor }, options);
    if (!answer.complete) {
      return { complete: false, reason: answer.reason ?? 'no reason is given' };
    }
    state ??= answer.state;
    for (const item of answer.items) {
      const { namespace, name } = item.metadata;
      items.set(`${item.kind}/${namespace}/${name}`, item);
    }
    cursor = answer.pageInfo.nextCursor;
    if (cursor === undefined) {
      return { complete: true, state, items: [...items.values()] };
    }
  }
  throw new Error(
    `the gitops plugin lists entities of home ${home} without end`,
  );
}
