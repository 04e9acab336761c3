import {
  CatalogErrorCode,
  CatalogErrorRow,
} from '@backstage-gitops/plugin-gitops-common';
import { CatalogError } from '../../catalog/CatalogErrorStore';
import { timestamp } from '../objects/toRow';

const HINTS: Readonly<Record<CatalogErrorCode, string>> = {
  LocationUnreadable:
    'Open the address: the file must be there and be YAML, not a page of HTML. For private repositories an administrator sets credentials under integrations in app-config.',
  FileRejected:
    'Correct the file and push, or let an administrator allow its kinds under catalog.rules in app-config. Until then nothing new of the whole file is taken.',
  EntityRejected:
    'Correct the document and push; the other documents of the file are taken.',
  NameTaken:
    'Rename one of the two, or unregister one of the locations; entities share their names over all files.',
};

/** The name of an entity that was published for an object of a home. */
const PUBLISHED = /, from gitops-home:/;
const PUBLISHED_HINT =
  'An object of this name is in the home already. It goes over to the file once a claim in app-config is about the file, the home and the namespace; what a Kustomization or a release renders stays with that. Else rename the object.';

/** An error as the API shows it, with what to do. */
export function presentCatalogError(error: CatalogError): CatalogErrorRow {
  return {
    entityRef: error.entityRef,
    location: error.location,
    code: error.code,
    message: error.message,
    hint:
      error.code === 'NameTaken' && PUBLISHED.test(error.message)
        ? PUBLISHED_HINT
        : HINTS[error.code],
    since: timestamp(error.firstSeenAt) ?? '',
    lastSeenAt: timestamp(error.lastSeenAt) ?? '',
  };
}
