import { DoctorCheck, Finding } from '../DoctorCheck';

/** The catalog is asked every few seconds; an outage has to last to be one. */
const LATE_MS = 2 * 60_000;

/** What is registered is known only from the catalog. */
export function catalogAnswers(options: {
  /** When this process began, in ms since the epoch. */
  startedAt: number;
  now?: () => number;
}): DoctorCheck {
  const { startedAt, now = Date.now } = options;
  return {
    id: 'catalog.answers',
    run: async ({ registrations }): Promise<Finding[]> => {
      if (!registrations) {
        return [];
      }
      const { catalogAnsweredAt } = registrations;
      const since = catalogAnsweredAt
        ? Date.parse(catalogAnsweredAt)
        : startedAt;
      if (now() - since > LATE_MS) {
        const minutes = Math.floor((now() - since) / 60_000);
        return [
          {
            level: 'error',
            title: `The catalog has not answered for ${minutes} minutes`,
            meaning:
              'What is registered, changed or unregistered since then is not known here. What was applied stays, and is reconciled.',
            action:
              'Look at the log of the backend for what the catalog answers. It is asked again by itself.',
            section: 'registrations',
          },
        ];
      }
      return [
        catalogAnsweredAt
          ? {
              level: 'ok',
              title: 'The catalog answers',
              section: 'registrations',
            }
          : {
              level: 'unknown',
              title: 'The catalog has not been asked yet',
              meaning: 'The backend has just started.',
              action: 'Reload the report in a minute.',
              section: 'registrations',
            },
      ];
    },
  };
}
