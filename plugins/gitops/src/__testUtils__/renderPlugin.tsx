import type { RenderResult } from '@testing-library/react';
import type { Entity } from '@backstage/catalog-model';
import { renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { gitopsApiRef } from '@backstage-gitops/plugin-gitops-react';
import type { GitopsApiMock } from '@backstage-gitops/plugin-gitops-react/testUtils';
import gitopsPlugin from '../index';
// What extensions load when they are shown takes Jest longer than queries wait.
import '../entity/EntityGitopsCard';
import '../entity/EntityGitopsContent';
import '../pages/GitopsRouter';

/** An app on the new frontend system with the plugin as it is shipped, at a path. */
export function renderPage(path: string, api: GitopsApiMock): RenderResult {
  return renderTestApp({
    features: [gitopsPlugin],
    initialRouteEntries: [path],
    apis: [[gitopsApiRef, api]],
  });
}

/** The same, on the page of an entity. */
export function renderEntity(
  entity: Entity,
  api: GitopsApiMock,
  path: string = '/',
): RenderResult {
  return renderTestApp({
    features: [gitopsPlugin],
    extensions: [createTestEntityPage({ entity })],
    initialRouteEntries: [path],
    apis: [[gitopsApiRef, api]],
  });
}

export const game: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'game',
    annotations: { 'backstage.io/kubernetes-id': 'game' },
  },
  spec: { type: 'service', owner: 'team-games', lifecycle: 'production' },
};
