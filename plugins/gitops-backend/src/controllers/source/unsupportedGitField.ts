import {
  GitRepositorySpec,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { parseSshAddress } from './git/ssh/sshAddress';

/** Why a GitRepository cannot be fetched by this version, if it cannot. */
export function unsupportedGitField(
  spec: GitRepositorySpec,
): { reason: string; message: string } | undefined {
  const unsupported = (field: string) => ({
    reason: Reason.FeatureGateDisabled,
    message: `${field} is not supported by this version of the portal; remove it, or let Flux's source-controller reconcile this object`,
  });
  const invalid = invalidAddress(spec.url);
  if (invalid) {
    return { reason: Reason.URLInvalid, message: `spec.url ${invalid}` };
  }
  if (spec.verify) {
    return unsupported('spec.verify');
  }
  if (spec.recurseSubmodules) {
    return unsupported('spec.recurseSubmodules');
  }
  if (spec.sparseCheckout?.length) {
    return unsupported('spec.sparseCheckout');
  }
  return undefined;
}

function invalidAddress(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return 'is no URL; it must look like https://host/path or ssh://git@host/path';
  }
  if (url.protocol === 'ssh:') {
    try {
      parseSshAddress(address);
      return undefined;
    } catch (error) {
      assertError(error);
      return `cannot be used: ${error.message}`;
    }
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `begins with ${url.protocol}//; http, https and ssh are possible`;
  }
  return undefined;
}
