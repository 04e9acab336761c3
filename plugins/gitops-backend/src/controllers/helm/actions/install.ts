import { installRelease } from '@backstage-gitops/helm/actions';
import { ReleaseRequest, renderOf } from '../loop/ReleaseRequest';
import { timeoutOf } from '../loop/timing';
import { ActionResult } from './ActionResult';
import { attemptRelease } from './attempt';
import { applyDefinitions } from './definitions';
import { holding } from './holding';
import { waitOf } from './waitOf';

/** Installs the release; what was known of one before is forgotten. */
export async function install(request: ReleaseRequest): Promise<ActionResult> {
  const { run, target, values } = request;
  const { spec } = run.object;
  const { install: options = {} } = spec;
  const serverSide = options.serverSideApply ?? true;
  delete run.status.history;
  return attemptRelease(request, 'install', async ({ context }) => {
    await applyDefinitions(request, context, {
      policy: options.crds ?? (options.skipCRDs ? 'Skip' : 'Create'),
      serverSide,
    });
    return installRelease(context, {
      name: target.name,
      namespace: target.namespace,
      render: holding(
        request,
        renderOf(request, values, {
          skipSchema: options.disableSchemaValidation,
        }),
      ),
      fieldValidation: options.disableOpenAPIValidation ? 'Ignore' : 'Strict',
      wait: waitOf(run.object, options, timeoutOf(run.object, 'install')),
      ...{ serverSide, forceConflicts: serverSide },
      createNamespace:
        spec.targetNamespace !== undefined && options.createNamespace,
      disableHooks: options.disableHooks,
      replace: options.replace,
      takeOwnership: !options.disableTakeOwnership,
    });
  });
}
