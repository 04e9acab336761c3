import { addLine } from '../addLine';
import { CatalogSightings } from '../CatalogSightings';
import { DoctorCheck, Finding } from '../DoctorCheck';
import { HostPlugins } from '../HostPlugins';

/** Where it publishes, the module asks every five seconds. */
const SILENT_MS = 5 * 60_000;
const MODULE = '@backstage-gitops/plugin-catalog-backend-module-gitops';

/** The catalog needs our module; it may run in another backend. */
export function hostCatalogModule(options: {
  plugins: Pick<HostPlugins, 'find'>;
  sightings: Pick<CatalogSightings, 'last'>;
  /** Whether the module has a reason to ask for objects: `gitops.catalog.publish`. */
  isPublishing: boolean;
  /** When this process began, in ms since the epoch. */
  startedAt: number;
  now?: () => number;
}): DoctorCheck {
  const { plugins, sightings, isPublishing, startedAt } = options;
  const now = options.now ?? Date.now;
  return {
    id: 'host.catalogModule',
    run: async (): Promise<Finding[]> => {
      const catalog = await plugins.find('catalog');
      const seenAt = await sightings.last();
      if (seenAt !== undefined && now() - seenAt < SILENT_MS) {
        return [
          {
            level: 'ok',
            title: 'The catalog’s GitOps module speaks with this plugin',
          },
        ];
      }
      if (catalog.at === 'here' && !catalog.modules.has('gitops')) {
        return [missing()];
      }
      if (isPublishing && now() - startedAt >= SILENT_MS) {
        return [silent(seenAt, catalog.at === 'here')];
      }
      if (catalog.at === 'here') {
        return [
          { level: 'ok', title: 'The catalog’s GitOps module is installed' },
        ];
      }
      return [unknown()];
    },
  };
}

function missing(): Finding {
  return {
    level: 'error',
    title: 'The catalog has no GitOps module',
    meaning:
      'Manifests of Flux’s kinds cannot be registered, and objects of the homes do not become entities.',
    action: 'Add the module to the backend that has the catalog.',
    snippet: addLine(MODULE),
  };
}

function silent(seenAt: number | undefined, isInstalled: boolean): Finding {
  return {
    level: isInstalled ? 'warning' : 'error',
    title:
      seenAt === undefined
        ? 'The catalog’s GitOps module has never asked this plugin for anything'
        : `The catalog’s GitOps module has asked for nothing since ${new Date(seenAt).toISOString()}`,
    meaning:
      'Objects of the homes do not become entities, or not anew, and files that the catalog rejects are not shown here.',
    action: isInstalled
      ? 'The module is installed; look at the log of the backend for why it cannot reach the gitops plugin.'
      : 'The catalog runs in another backend: see that the module is added there, and that its discovery finds the gitops plugin.',
    ...(!isInstalled && { snippet: addLine(MODULE) }),
  };
}

function unknown(): Finding {
  return {
    level: 'unknown',
    title: 'Whether the catalog has the GitOps module cannot be seen from here',
    meaning:
      'The catalog runs in another backend, and its module has not spoken with this plugin lately.',
    action:
      'Look whether the backend that has the catalog adds the module; reload the report five minutes after a start.',
    snippet: addLine(MODULE),
  };
}
