import {
  GitRepositorySpec,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';

/** Why a GitRepository cannot be fetched by this version, if it cannot. */
export function unsupportedGitField(
  spec: GitRepositorySpec,
): { reason: string; message: string } | undefined {
  const unsupported = (field: string) => ({
    reason: Reason.FeatureGateDisabled,
    message: `${field} is not supported by this version of the portal; remove it, or let Flux's source-controller reconcile this object`,
  });
  let url: URL;
  try {
    url = new URL(spec.url);
  } catch {
    return {
      reason: Reason.URLInvalid,
      message: `spec.url is no URL; it must look like https://host/path`,
    };
  }
  if (url.protocol === 'ssh:') {
    return unsupported('spec.url with ssh://');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return {
      reason: Reason.URLInvalid,
      message: `spec.url begins with ${url.protocol}//; http, https and ssh are possible`,
    };
  }
  if (url.username || url.password) {
    return {
      reason: Reason.URLInvalid,
      message:
        'spec.url holds a user or password; put them into a Secret and name it in spec.secretRef',
    };
  }
  if (spec.provider && spec.provider !== 'generic') {
    return unsupported(`spec.provider ${spec.provider}`);
  }
  if (spec.verify) {
    return unsupported('spec.verify');
  }
  if (spec.include?.length) {
    return unsupported('spec.include');
  }
  if (spec.recurseSubmodules) {
    return unsupported('spec.recurseSubmodules');
  }
  if (spec.sparseCheckout?.length) {
    return unsupported('spec.sparseCheckout');
  }
  if (spec.proxySecretRef) {
    return unsupported('spec.proxySecretRef');
  }
  return undefined;
}
