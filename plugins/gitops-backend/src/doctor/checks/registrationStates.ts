import {
  DoctorLevel,
  DoctorRegistrations,
} from '@backstage-gitops/plugin-gitops-common';
import { RegistrationState } from '../../catalog/Registration';
import { DoctorCheck } from '../DoctorCheck';

/** What it means that registered manifests are in a state, and what to do. */
interface Meaning {
  id: string;
  level: DoctorLevel;
  count: (registrations: DoctorRegistrations) => number;
  title: (number: number) => string;
  /** Where there is none. */
  fine: string;
  meaning: string;
  action: string;
}

const stateIs =
  (state: RegistrationState): Meaning['count'] =>
  ({ counts }) =>
    counts[state] ?? 0;

const manifests = (number: number, one: string, many: string) =>
  number === 1
    ? `1 registered manifest ${one}`
    : `${number} registered manifests ${many}`;

const MEANINGS: readonly Meaning[] = [
  {
    id: 'registrations.files',
    level: 'warning',
    count: ({ rejectedFiles }) => rejectedFiles.totalItems,
    title: number =>
      number === 1
        ? 'The catalog cannot take 1 registered file as it is'
        : `The catalog cannot take ${number} registered files as they are`,
    fine: 'The catalog takes all registered files',
    meaning:
      'What is new in these files is not delivered. What was applied before stays.',
    action: 'The list says for each file what is wrong and what to do.',
  },
  {
    id: 'registrations.stale',
    level: 'warning',
    count: stateIs('ManifestStale'),
    title: number => manifests(number, 'is stale', 'are stale'),
    fine: 'No registered manifest is stale',
    meaning:
      'The file does not hold what the catalog took: an edit was refused or not read yet. The last good version stays applied.',
    action:
      'Correct what the catalog refused and push, or refresh the location in the catalog.',
  },
  {
    id: 'registrations.refused',
    level: 'warning',
    count: stateIs('Rejected'),
    title: number => manifests(number, 'is refused', 'are refused'),
    fine: 'No registered manifest is refused',
    meaning:
      'It is invalid, its claim does not allow it, or its home refused it. What was applied before stays.',
    action: 'The list says for each why, and what whoever registered it does.',
  },
  {
    id: 'registrations.failed',
    level: 'error',
    count: stateIs('Failed'),
    title: number =>
      manifests(number, 'could not be delivered', 'could not be delivered'),
    fine: 'Every registered manifest could be delivered',
    meaning:
      'Its file or its home could not be reached, or the home did not take it. It is tried again by itself.',
    action:
      'The list says for each why. Often it is a credential under integrations in app-config, or a right of the ServiceAccount.',
  },
  {
    id: 'registrations.pending',
    level: 'warning',
    count: stateIs('PendingApproval'),
    title: number =>
      manifests(number, 'waits for approval', 'wait for approval'),
    fine: 'No registered manifest waits for approval',
    meaning:
      'No claim under gitops.claims is about these files, so nothing of them is applied.',
    action:
      'Approve or reject each on its entity, or add a claim for its file to app-config; the entity shows the narrowest one.',
  },
  {
    id: 'registrations.orphaned',
    level: 'warning',
    count: stateIs('Orphaned'),
    title: number =>
      number === 1
        ? '1 object is no longer registered'
        : `${number} objects are no longer registered`,
    fine: 'No object is orphaned',
    meaning:
      'The catalog has their manifests no more; the objects stay, and are reconciled.',
    action:
      'Register the file again if it is still wanted, or delete the object on its page. Claims with deleteAfter delete by themselves.',
  },
];

/** One check for each state that needs somebody. */
export const registrationStates: readonly DoctorCheck[] = MEANINGS.map(
  ({ id, level, count, title, fine, meaning, action }) => ({
    id,
    run: async ({ registrations }) => {
      if (!registrations) {
        return [];
      }
      const number = count(registrations);
      return [
        number === 0
          ? { level: 'ok', title: fine, section: 'registrations' }
          : {
              level,
              title: title(number),
              meaning,
              action,
              section: 'registrations',
            },
      ];
    },
  }),
);
