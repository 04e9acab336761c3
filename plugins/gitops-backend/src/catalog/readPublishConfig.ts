import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { gitopsKinds } from '@backstage-gitops/plugin-gitops-common';

/**
 * Kinds whose objects other objects make, under names that nobody chose; their
 * makers are published (see docs/decisions/0007-published-entities.md).
 */
const GENERATED: ReadonlySet<string> = new Set([
  'HelmChart',
  'ExternalArtifact',
]);

/** Which objects are published to the catalog. */
export interface PublishConfig {
  /** Names; absent for all. */
  homes?: ReadonlySet<string>;
  kinds: ReadonlySet<string>;
}

/**
 * Reads `gitops.catalog.publish`: false, or what to publish.
 *
 * @throws InputError for homes and kinds that there are not
 */
export function readPublishConfig(root: Config): PublishConfig {
  const key = 'gitops.catalog.publish';
  const kindNames = gitopsKinds.map(({ kind }) => kind);
  const value = root.getOptional(key);
  if (value === false) {
    return { kinds: new Set() };
  }
  const config =
    value === undefined || value === true
      ? undefined
      : root.getOptionalConfig(key);
  const homeNames = (root.getOptionalConfigArray('gitops.homes') ?? []).map(
    home => home.getString('name'),
  );
  const homes = config?.getOptionalStringArray('homes');
  const kinds = config?.getOptionalStringArray('kinds');
  check(`${key}.homes`, homes, homeNames);
  check(`${key}.kinds`, kinds, kindNames);
  return {
    ...(homes && { homes: new Set(homes) }),
    kinds: new Set(kinds ?? kindNames.filter(kind => !GENERATED.has(kind))),
  };
}

/** Whether objects of a kind are published from a home. */
export function isPublished(
  { homes, kinds }: PublishConfig,
  home: string,
  kind: string,
): boolean {
  return (homes?.has(home) ?? true) && kinds.has(kind);
}

function check(
  key: string,
  given: readonly string[] | undefined,
  known: readonly string[],
): void {
  const unknown = given?.find(name => !known.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `${key} has '${unknown}', which there is not; there is ${known.join(', ')}`,
    );
  }
}
