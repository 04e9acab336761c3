import {
  DoctorRegistrationList,
  DoctorRegistrations,
} from '@backstage-gitops/plugin-gitops-common';
import { presentCatalogError } from '../../api/catalog-errors/presentCatalogError';
import { timestamp, withoutUndefined } from '../../api/objects/toRow';
import { presentRegistration } from '../../api/registrations/presentRegistration';
import { CatalogErrorStore } from '../../catalog/CatalogErrorStore';
import { RegistrationState } from '../../catalog/Registration';
import { RegistrationStore } from '../../catalog/RegistrationStore';
import { Homes } from '../../homes/Homes';
import { LISTED } from './listed';

/** What {@link readRegistrations} looks at. */
export interface RegistrationsSectionOptions {
  registrations: Pick<RegistrationStore, 'counts' | 'ofState'>;
  errors: Pick<CatalogErrorStore, 'list' | 'count'>;
  homes: Homes;
  rawHosts: readonly string[];
  /** When the catalog answered last, in ms since the epoch. */
  catalogAnsweredAt: () => number | undefined;
}

/** What needs somebody first. */
const LISTED_STATES: readonly RegistrationState[] = [
  'Rejected',
  'Failed',
  'ManifestStale',
  'PendingApproval',
  'Orphaned',
];

/** What is registered: counted by the database, which gives the first of each list. */
export async function readRegistrations(
  options: RegistrationsSectionOptions,
): Promise<DoctorRegistrations> {
  const { registrations, errors } = options;
  const counted = await registrations.counts();
  const lists: DoctorRegistrationList[] = [];
  for (const state of LISTED_STATES) {
    const totalItems = counted.get(state) ?? 0;
    if (totalItems > 0) {
      const found = await registrations.ofState(state, LISTED);
      lists.push({
        state,
        totalItems,
        items: found.map(row => presentRegistration(row, options)),
      });
    }
  }
  const [rejected, items] = await Promise.all([
    errors.count(),
    errors.list({ limit: LISTED }),
  ]);
  return {
    totalItems: [...counted.values()].reduce((sum, number) => sum + number, 0),
    counts: Object.fromEntries(
      [...counted].map(([state, number]) => [state ?? 'New', number]),
    ),
    lists,
    rejectedFiles: {
      totalItems: rejected,
      items: items.map(presentCatalogError),
    },
    ...withoutUndefined({
      catalogAnsweredAt: timestamp(options.catalogAnsweredAt()),
    }),
  };
}
