import type { RegistrationRow } from '@backstage-gitops/plugin-gitops-common';

/**
 * Which of the titles says what became of a registered manifest, and whether
 * something stays in the home all the same.
 */
export function registrationTitle({
  state,
  code,
  appliedAt,
}: Pick<RegistrationRow, 'state' | 'code' | 'appliedAt'>) {
  switch (state) {
    case 'Rejected':
      if (code === 'ManagedElsewhere') return 'elsewhere';
      return appliedAt ? 'changeRefused' : 'refused';
    case 'Failed':
      if (code === 'LocationUnreadable') return 'unreadable';
      return code === 'ApplyFailed' ? 'homeFailed' : 'failed';
    case 'ManifestStale':
      if (code === 'CatalogRejected') return 'notTaken';
      return appliedAt ? 'changeNotTaken' : 'stale';
    case 'PendingApproval':
      return 'pending';
    case 'Orphaned':
      return 'orphaned';
    case 'New':
      return 'new';
    default:
      return 'applied';
  }
}
