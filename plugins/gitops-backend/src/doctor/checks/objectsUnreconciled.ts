import { DoctorHome } from '@backstage-gitops/plugin-gitops-common';
import { DoctorCheck, Finding } from '../DoctorCheck';

/** Where the portal reconciles, nobody may rely on what it cannot do. */
export const objectsUnreconciled: DoctorCheck = {
  id: 'objects.unreconciled',
  run: async ({ homes = [], objects }) => {
    const findings = homes
      .filter(({ configuredMode }) => configuredMode === 'reconcile')
      .flatMap(ofHome);
    const number = objects?.unsupported.totalItems ?? 0;
    if (number > 0) {
      findings.push({
        level: 'warning',
        title: `${number} ${number === 1 ? 'object asks' : 'objects ask'} for what this version of the portal does not do`,
        meaning:
          'They are refused as a whole, with a condition that names the field; what was applied before stays.',
        action:
          'Remove the field, or let Flux’s controller reconcile these objects.',
        section: 'objects',
      });
    }
    return findings;
  },
};

function ofHome({ name, kinds }: DoctorHome): Finding[] {
  const idle = kinds.filter(
    ({ reconciled, writtenBy, objects = 0 }) =>
      !reconciled && writtenBy === 'nobody' && objects > 0,
  );
  if (idle.length === 0) {
    return [];
  }
  const listed = idle
    .map(
      ({ kind, objects, isAtLeast }) =>
        `${objects}${isAtLeast ? ' or more' : ''} ${kind}`,
    )
    .join(', ');
  return [
    {
      level: 'warning',
      title: `Nobody reconciles ${listed} in home ${name}`,
      meaning:
        'This version of the portal does not reconcile objects of these kinds, and no controller of Flux was seen that does. They stay as they are.',
      action:
        'Run Flux’s controller for them beside the portal, which then leaves them to it, or do without them.',
      home: name,
      section: 'homes',
    },
  ];
}
