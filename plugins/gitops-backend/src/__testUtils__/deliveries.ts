import {
  GitRepository,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import { gitRepository, PortalOptions, World } from './world';

/** A world with a portal and a GitRepository `repo`, fetched, of some files. */
export async function deliveryWorld(
  database: Promise<Knex>,
  files: Record<string, string>,
  options: PortalOptions & { world?: Promise<World> } = {},
): Promise<World> {
  const world = await (options.world ?? World.start());
  const { url } = await world.sandbox.git.createRepository('team/app', files);
  await world.startPortal(await database, options);
  await world.untilKinds(
    'gitrepositories.source.toolkit.fluxcd.io',
    'kustomizations.kustomize.toolkit.fluxcd.io',
  );
  await world.apply(gitRepository(url));
  await world.until<GitRepository>(
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      namespace: 'default',
      name: 'repo',
    },
    object => object?.status?.artifact !== undefined,
  );
  return world;
}

/** Follows a Kustomization of the namespace `default` until it is as wanted. */
export function untilKustomization(
  world: World,
  name: string,
  wanted: (object?: Kustomization) => boolean,
): Promise<Kustomization> {
  return world.until<Kustomization>(
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: 'default',
      name,
    },
    wanted,
  );
}
