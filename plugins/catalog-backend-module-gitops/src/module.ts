import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { catalogModelExtensionPoint } from '@backstage/plugin-catalog-node/alpha';
import { gitopsKinds } from '@backstage-gitops/plugin-gitops-common';
import {
  readClaims,
  readHomeNaming,
  readRawHosts,
} from '@backstage-gitops/plugin-gitops-node';
import { gitopsEntityDataParser } from './parser/gitopsEntityDataParser';
import { GitopsEntityProcessor } from './processor/GitopsEntityProcessor';

/**
 * GitOps objects in the catalog: the parser that makes slim entities of Flux
 * manifests, unless `gitops.catalog.entityDataParser` is false, and the processor
 * that validates them and emits their relations.
 *
 * @public
 */
export const catalogModuleGitops = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'gitops',
  register(env) {
    env.registerInit({
      deps: {
        config: coreServices.rootConfig,
        logger: coreServices.logger,
        model: catalogModelExtensionPoint,
        processing: catalogProcessingExtensionPoint,
      },
      async init({ config, logger, model, processing }) {
        processing.addProcessor(new GitopsEntityProcessor());
        if (
          config.getOptionalBoolean('gitops.catalog.entityDataParser') ??
          true
        ) {
          model.setEntityDataParser(
            gitopsEntityDataParser({
              homes: readHomeNaming(config),
              claims: readClaims(config),
              rawHosts: readRawHosts(config),
              catalogKinds: otherKindsOf(config),
              logger,
            }),
          );
        }
      },
    });
  },
});

/**
 * The kinds that `catalog.rules` allow and that are not ours: a Bucket that is
 * allowed is Flux's as long as nobody says otherwise.
 */
function otherKindsOf(config: Config): string[] {
  const ours = new Set(gitopsKinds.map(({ kind }) => kind.toLowerCase()));
  return [
    ...(config.getOptionalConfigArray('catalog.rules') ?? []),
    ...(config.getOptionalConfigArray('catalog.locations') ?? []).flatMap(
      location => location.getOptionalConfigArray('rules') ?? [],
    ),
  ]
    .flatMap(rule => {
      const allow = rule.getOptional('allow');
      return Array.isArray(allow) ? allow : [];
    })
    .map(kind =>
      typeof kind === 'string'
        ? kind
        : String((kind as { kind?: string } | null)?.kind),
    )
    .filter(kind => !ours.has(kind.toLowerCase()));
}
