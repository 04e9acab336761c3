import { mergeMaps, Release } from '@backstage-gitops/helm';
import { RenderRelease, upgradeRelease } from '@backstage-gitops/helm/actions';
import { ReleaseRequest, renderOf } from '../loop/ReleaseRequest';
import { timeoutOf } from '../loop/timing';
import { ActionResult } from './ActionResult';
import { attemptRelease } from './attempt';
import { applyDefinitions } from './definitions';
import { holding } from './holding';
import { valuesOver } from './preservedValues';
import { isServerSide } from './serverSide';
import { waitOf } from './waitOf';

/** Upgrades the release from the newest revision, whoever made that. */
export async function upgrade(
  request: ReleaseRequest,
  last: Release | undefined,
): Promise<ActionResult> {
  const { run, target } = request;
  const { upgrade: options = {} } = run.object.spec;
  const serverSide = isServerSide(options.serverSideApply, last);
  return attemptRelease(request, 'upgrade', async ({ context }) => {
    await applyDefinitions(request, context, {
      policy: options.crds ?? 'Create',
      serverSide,
    });
    return upgradeRelease(context, {
      name: target.name,
      render: holding(request, renderOver(request)),
      wait: waitOf(run.object, options, timeoutOf(run.object, 'upgrade')),
      ...{ serverSide, forceConflicts: serverSide },
      forceReplace: options.force && !serverSide,
      fieldValidation: options.disableOpenAPIValidation ? 'Ignore' : 'Strict',
      disableHooks: options.disableHooks,
      takeOwnership: !options.disableTakeOwnership,
      cleanupOnFail: options.cleanupOnFail,
    });
  });
}

/** Where values are preserved, those of the chart before are, too (Helm 4.2). */
function renderOver(request: ReleaseRequest): RenderRelease {
  const { run, values } = request;
  const { disableSchemaValidation: skipSchema } = run.object.spec.upgrade ?? {};
  return async (release, current) => {
    const config = valuesOver(run.object, values, current);
    if (config === values) {
      return renderOf(request, values, { skipSchema })(release, current);
    }
    const all = mergeMaps(current?.chart?.values ?? {}, config);
    const content = await renderOf(request, all, { skipSchema })(
      release,
      current,
    );
    return { ...content, config };
  };
}
