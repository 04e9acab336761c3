import { DoctorCheck } from '../DoctorCheck';

/** Who owns nothing hears of nothing. */
export const objectsOwned: DoctorCheck = {
  id: 'objects.owned',
  run: async ({ objects }) => {
    if (!objects || objects.totalItems === 0) {
      return [];
    }
    const number = objects.withoutOwner.totalItems;
    if (number === 0) {
      return [
        {
          level: 'ok',
          title: 'Every object has an owner',
          section: 'objects',
        },
      ];
    }
    return [
      {
        level: 'warning',
        title: `${number} of ${objects.totalItems} objects ${number === 1 ? 'has' : 'have'} no owner`,
        meaning:
          'Policies that decide by owner let nobody see or act on them, and nobody feels responsible when they fail.',
        action:
          'Name the owner on the object, or in the claim under gitops.claims that admits it.',
        snippet: {
          file: 'manifest',
          text: 'metadata:\n  annotations:\n    backstage-gitops.io/owner: group:default/my-team',
        },
        section: 'objects',
      },
    ];
  },
};
