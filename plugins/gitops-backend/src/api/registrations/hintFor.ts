import { Registration, RegistrationCode } from '../../catalog/Registration';

/** What whoever registered the manifest, or an administrator, does about it. */
const HINTS: Readonly<Partial<Record<RegistrationCode, string>>> = {
  NoClaim:
    'Ask somebody who may approve registrations, or an administrator of the portal to add a claim for this file to gitops.claims in app-config; it is applied by itself then.',
  InvalidLocation:
    'Register the file by an http or https address of a Git host that the portal can read.',
  UnknownHome:
    'An administrator of the portal corrects gitops.homes, or the home of the claim, in app-config.',
  HomeObserved:
    'An administrator of the portal sets the mode of the home to reconcile in app-config, once nothing else reconciles it.',
  HomeNotClaimed:
    'Refresh the location in the catalog; if it stays, an administrator adds a claim of this home for the file.',
  NamespaceNotClaimed:
    'Use a namespace that the claim allows, or ask an administrator to add this one to the claim.',
  ServiceAccountNotClaimed:
    'Leave spec.serviceAccountName out, or name the ServiceAccount of the claim.',
  SourceHostNotClaimed:
    'Fetch from a host that the claim allows, or ask an administrator to add this one to its sourceHosts.',
  OwnerNotClaimed:
    'Leave the annotation backstage-gitops.io/owner out, or name the owner of the claim.',
  KubeConfigNotClaimed:
    'Deliver to the home, or ask an administrator to set allowKubeConfig in the claim.',
  ApprovalRefused:
    'Talk to whoever rejected it. An edit of the manifest puts it before the approvers again.',
  NoIdentity:
    'An administrator names a ServiceAccount in the claim; it needs the right to write objects of this kind.',
  InvalidManifest:
    'Correct the manifest and push; the portal reads it again by itself.',
  ManagedElsewhere:
    'Keep it in one place: unregister it here, or take it out of the Kustomization that delivers it.',
  ManifestChanged:
    'Look at the status of the location in the catalog: if it refused the edit, correct the file and push; otherwise refresh the location or wait for the next reading.',
  CatalogRejected:
    'Correct the file and push, or refresh its location in the catalog once it can be read again.',
  EntityVanished:
    'Register the location again if it is still wanted, or delete the object from its home.',
  LocationUnreadable:
    'Open the address: the file must be there and be YAML, not a page of HTML. For private repositories an administrator sets credentials under integrations in app-config.',
  ApplyRefused:
    'Correct what the home names as wrong and push, or ask the administrators of the home.',
  ApplyFailed:
    'If the home says forbidden, its administrators grant the ServiceAccount the right to write objects of this kind; if it does not answer, the portal goes on trying.',
  Unexpected:
    'The portal goes on trying; if it stays, its administrators find more in the log of the backend.',
};

/** What to do about a registration that is not applied. */
export function hintFor({ state, code }: Registration): string | undefined {
  return state && state !== 'Applied' && code ? HINTS[code] : undefined;
}
