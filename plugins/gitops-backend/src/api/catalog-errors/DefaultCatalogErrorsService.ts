import {
  CatalogErrorList,
  CatalogErrorReceipt,
  CatalogErrorReport,
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
import { CatalogErrorsService } from './CatalogErrorsService';
import { presentCatalogError } from './presentCatalogError';

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
      items: items.map(presentCatalogError),
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
