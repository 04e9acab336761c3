import { DoctorCheck, Finding } from '../DoctorCheck';

/** From here on it is not the process that is at fault, but the item. */
const LOST_OFTEN = 3;

/** What fails is tried again, more and more seldom. */
export const queueFailing: DoctorCheck = {
  id: 'queue.failing',
  run: async ({ queue }) => {
    if (!queue) {
      return [];
    }
    const { totalItems, items } = queue.failing;
    const findings: Finding[] = [];
    const fatal = items.filter(({ lost }) => lost >= LOST_OFTEN);
    if (fatal.length > 0) {
      findings.push({
        level: 'error',
        title: `${fatal.length === 1 ? 'The run of 1 object never ends' : `The runs of ${fatal.length} objects never end`}: the process ends first`,
        meaning:
          'Either the backend is stopped again and again, or these runs end it, for example by their use of memory.',
        action:
          'Suspend the objects, and look at why the backend ended: its log, and the limits of its container.',
        section: 'queue',
      });
    }
    findings.push(
      totalItems === 0
        ? { level: 'ok', title: 'No run fails', section: 'queue' }
        : {
            level: 'warning',
            title: `The last run of ${totalItems} ${totalItems === 1 ? 'object' : 'objects'} failed`,
            meaning:
              'What is in the cluster stays as it is. Each is tried again by itself, at most 15 minutes later.',
            action: 'The page of each object says why it failed.',
            section: 'queue',
          },
    );
    return findings;
  },
};
