import type { CatalogErrorRow } from '@backstage-gitops/plugin-gitops-common';

/**
 * A registered file that is not there, where nothing else is said.
 *
 * @public
 */
export function catalogErrorRow(
  options: Partial<CatalogErrorRow> = {},
): CatalogErrorRow {
  return {
    entityRef: 'location:default/generated-1',
    location: 'url:https://git.example/games/game/gitops/game.yaml',
    code: 'LocationUnreadable',
    message: 'Unable to read url, NotFoundError: 404',
    hint: 'Open the address: the file must be there.',
    since: '2026-11-22T12:00:00Z',
    lastSeenAt: '2026-11-22T12:02:00Z',
    ...options,
  };
}
