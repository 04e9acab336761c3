import {
  CatalogErrorCode,
  CatalogErrorList,
  CatalogErrorReceipt,
  CatalogErrorReport,
  CatalogErrorRow,
  CatalogErrorsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import {
  CatalogError,
  CatalogErrorStore,
} from '../../catalog/CatalogErrorStore';
import { isAbout } from '../../catalog/isAbout';
import { RegistrationStore } from '../../catalog/RegistrationStore';
import { decodePosition, encodePosition } from '../objects/cursor';
import { PagePosition, PageSelector } from '../objects/PageSelector';
import { timestamp } from '../objects/toRow';
import { CatalogErrorsService } from './CatalogErrorsService';

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

const DEFAULT_LIMIT = 50;
/** A cursor: minus the time, entity reference, location. */
const SHAPE = ['number', 'string', 'string'] as const;

/** {@link CatalogErrorsService} out of the plugin's database. */
export class DefaultCatalogErrorsService implements CatalogErrorsService {
  private readonly errors: Pick<CatalogErrorStore, 'list' | 'report'>;
  private readonly registrations: Pick<RegistrationStore, 'wake'>;

  constructor(options: {
    errors: Pick<CatalogErrorStore, 'list' | 'report'>;
    registrations: Pick<RegistrationStore, 'wake'>;
  }) {
    this.errors = options.errors;
    this.registrations = options.registrations;
  }

  async list(query: CatalogErrorsQuery): Promise<CatalogErrorList> {
    const { limit = DEFAULT_LIMIT, cursor, ...filters } = query;
    const selector = new PageSelector<CatalogError>({
      keyOf: error => [-error.firstSeenAt, error.entityRef, error.location],
      limit,
      position: decodePosition(cursor, filters, SHAPE),
    });
    let totalItems = 0;
    for (const error of await this.errors.list()) {
      if (!query.location || isAbout(error.location, query.location)) {
        totalItems += 1;
        selector.offer(error);
      }
    }
    const { items, next, prev } = selector.finish();
    const cursorAt = (at: PagePosition) => encodePosition(filters, at);
    return {
      items: items.map(present),
      totalItems,
      pageInfo: {
        ...(next && { nextCursor: cursorAt(next) }),
        ...(prev && { prevCursor: cursorAt(prev) }),
      },
    };
  }

  async report(report: CatalogErrorReport): Promise<CatalogErrorReceipt> {
    const changed = await this.errors.report(report);
    return { registrations: await this.registrations.wake(changed) };
  }
}

function present(error: CatalogError): CatalogErrorRow {
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
