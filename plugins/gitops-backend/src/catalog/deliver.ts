import { Claim } from '@backstage-gitops/plugin-gitops-node';
import {
  GitopsAnnotation,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { Homes } from '../homes/Homes';
import { admit } from './admit';
import { Approval, approvalAnnotation } from './Approval';
import { applyToHome } from './applyToHome';
import { DeliveryError } from './DeliveryError';
import { limitToClaim } from './limitToClaim';
import { ManifestFiles } from './ManifestFiles';
import { CatalogConfig } from './readCatalogConfig';
import { Decision, RegisteredManifest } from './Registration';
import { toHomeObject } from './toHomeObject';

/**
 * Takes a registered manifest to its home: admission by the file that it stands
 * in, the manifest as the file has it, conversion and validation, the limits of
 * the claim, server-side apply. Never throws.
 */
export async function deliver(options: {
  manifest: RegisteredManifest;
  files: ManifestFiles;
  homes: Homes;
  config: CatalogConfig;
  /** What somebody decided about the manifest. */
  approval?: Approval;
  /** Throws where somebody else may be about to deliver it by now. */
  beforeWrite?: () => void;
  signal?: AbortSignal;
}): Promise<Decision> {
  const { manifest, files, config, approval, signal } = options;
  const decision: Decision = { state: 'Failed', warnings: [] };
  try {
    // First of all, so that what nobody admitted is not even read.
    const claim = admit(manifest, config, approval);
    decision.claim = claim;
    const home = options.homes.find(claim.home);
    if (!home) {
      throw new DeliveryError({
        state: 'Rejected',
        code: 'UnknownHome',
        message: `this portal has no home '${claim.home}'`,
      });
    }
    if (home.mode !== 'reconcile') {
      throw new DeliveryError({
        // A claim that is not held just now is held again soon.
        state: home.isBetweenClaims ? 'Failed' : 'Rejected',
        code: 'HomeObserved',
        message: `the portal writes nothing to the home ${home.name}, which is in mode ${home.mode}${home.writer ? ` (${home.writer})` : ''}`,
      });
    }
    const found = await files.find(manifest);
    if (!found) {
      throw new DeliveryError({
        state: 'ManifestStale',
        code: 'ManifestChanged',
        message:
          'the file does not hold the manifest that the catalog read; the catalog reads it anew within minutes, or when its location is refreshed',
      });
    }
    const { object, warnings } = toHomeObject(found.manifest, manifest);
    decision.warnings = warnings;
    const { beforeWrite } = options;
    await applyToHome({
      home: beforeWrite ? home.guardedBy(beforeWrite) : home,
      object: withApproval(limitToClaim(object, claim), claim, options),
      claim,
      signal,
    });
    return { ...decision, state: 'Applied' };
  } catch (error) {
    if (error instanceof DeliveryError) {
      return {
        ...decision,
        state: error.state,
        code: error.code,
        message: error.message,
        warnings: [...error.warnings, ...decision.warnings],
      };
    }
    return {
      ...decision,
      state: 'Failed',
      code: 'Unexpected',
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Says on the object who let it in, where no claim did. */
function withApproval(
  object: GitopsObject,
  claim: Claim,
  options: { approval?: Approval; config: CatalogConfig },
): GitopsObject {
  const { approval, config } = options;
  if (!approval || config.claims.includes(claim)) {
    return object;
  }
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata.annotations,
        [GitopsAnnotation.approval]: approvalAnnotation(approval),
      },
    },
  };
}
