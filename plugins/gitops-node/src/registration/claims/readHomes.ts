import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { HomeNaming } from '../entity/entityName';

/**
 * Reads of `gitops.homes` what names of entities need.
 *
 * @throws InputError where two homes are bare
 * @public
 */
export function readHomeNaming(root: Config): HomeNaming[] {
  const homes = (root.getOptionalConfigArray('gitops.homes') ?? []).map(
    home => ({
      name: home.getString('name'),
      bare: home.getOptionalBoolean('bare') ?? false,
    }),
  );
  const bare = homes.filter(home => home.bare);
  if (bare.length > 1) {
    throw new InputError(
      `gitops.homes: ${bare.map(({ name }) => `'${name}'`).join(' and ')} are bare; at most one home can be`,
    );
  }
  return homes;
}
