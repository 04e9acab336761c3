import { parseLocationRef } from '@backstage/catalog-model';
import { assertError } from '@backstage/errors';
import {
  Claim,
  claimsFor,
  FileLocation,
  fileLocationOf,
} from '@backstage-gitops/plugin-gitops-node';
import { DeliveryError } from './DeliveryError';
import { Approval, claimOf, isAboutManifest } from './Approval';
import { CatalogConfig } from './readCatalogConfig';
import { RegisteredManifest } from './Registration';

/**
 * The claim that admits a manifest, by the file that it stands in: what no claim
 * is about waits until somebody decides, what goes beyond its claims is refused.
 *
 * @throws {@link DeliveryError}
 */
export function admit(
  manifest: RegisteredManifest,
  config: Pick<CatalogConfig, 'claims' | 'rawHosts' | 'allowFileLocations'>,
  approval?: Approval,
): Claim {
  const claims = claimsFor(config.claims, fileOf(manifest.location, config));
  if (claims.length === 0 && approval && isAboutManifest(approval, manifest)) {
    if (approval.decision === 'approved') {
      return claimOf(approval, manifest, config);
    }
    throw new DeliveryError({
      state: 'Rejected',
      code: 'ApprovalRefused',
      message: `${approval.actor} rejected it${approval.reason ? `: ${approval.reason}` : ''}`,
    });
  }
  if (claims.length === 0) {
    throw new DeliveryError({
      state: 'PendingApproval',
      code: 'NoClaim',
      message:
        'no claim in app-config (gitops.claims) is about the file of this manifest; it is applied once there is one, or once somebody approves it',
    });
  }
  const ofHome = claims.filter(({ home }) => home === manifest.home);
  if (ofHome.length === 0) {
    throw refused(
      'HomeNotClaimed',
      `the claims about this file are for ${list(claims.map(({ home }) => home))}, and the manifest is registered for ${
        manifest.home ? `the home '${manifest.home}'` : 'no home'
      }; refresh its location in the catalog`,
    );
  }
  const admitting = ofHome.find(({ namespaces }) =>
    namespaces.includes(manifest.namespace),
  );
  if (!admitting) {
    throw refused(
      'NamespaceNotClaimed',
      `metadata.namespace: '${manifest.namespace}' is not among the namespaces that this file may deliver to: ${list(
        ofHome.flatMap(({ namespaces }) => namespaces),
      )}`,
    );
  }
  return admitting;
}

function fileOf(
  location: string,
  config: Pick<CatalogConfig, 'rawHosts' | 'allowFileLocations'>,
): FileLocation {
  try {
    const parsed = parseLocationRef(location);
    if (parsed.type === 'file' && !config.allowFileLocations) {
      throw refused(
        'InvalidLocation',
        'the manifest is at a location of type file; these are taken only where gitops.catalog.allowFileLocations is set',
      );
    }
    return fileLocationOf(parsed, config);
  } catch (error) {
    assertError(error);
    throw error instanceof DeliveryError
      ? error
      : refused('InvalidLocation', error.message);
  }
}

function refused(
  code: 'HomeNotClaimed' | 'NamespaceNotClaimed' | 'InvalidLocation',
  message: string,
): DeliveryError {
  return new DeliveryError({ state: 'Rejected', code, message });
}

function list(names: readonly string[]): string {
  return [...new Set(names)].map(name => `'${name}'`).join(', ');
}
