import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type {
  RegistrationClaim,
  RegistrationRow,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { ApprovalActions } from '../ApprovalActions/ApprovalActions';
import { Facts } from '../Facts/Facts';
import { Countdown, RelativeTime } from '../RelativeTime/RelativeTime';
import { Warnings } from '../Warnings/Warnings';
import { ClaimSnippet } from './ClaimSnippet';
import { LocationLink } from './LocationLink';
import { registrationTitle } from './registrationTitle';
import styles from './RegistrationNotice.module.css';

/** @public */
export interface RegistrationNoticeProps {
  registration: RegistrationRow;
  /** Its home does not have the object: to be told of one that is applied, too. */
  isMissing?: boolean;
}

const SEVERITY = {
  Rejected: 'danger',
  Failed: 'danger',
  ManifestStale: 'warning',
  PendingApproval: 'warning',
  Orphaned: 'warning',
  New: 'info',
  Applied: 'info',
} as const;

/**
 * Why a registered manifest is not in its home as it was registered, and what
 * to do: for one that waits for approval, the claim that would admit it. Shows
 * nothing for one that is applied, unless its object is missing all the same.
 *
 * @public
 */
export function RegistrationNotice(props: RegistrationNoticeProps) {
  const { registration, isMissing = false } = props;
  const { state, suggestedClaim, claim, approval } = registration;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (state === 'Applied' && !isMissing) return null;
  return (
    <>
      <Alert
        status={SEVERITY[state]}
        icon
        role={SEVERITY[state] === 'danger' ? 'alert' : 'note'}
        title={t(`registrationTitle.${registrationTitle(registration)}`)}
        description={
          <div className={styles.body}>
            {registration.message && (
              <p className={styles.message}>{registration.message}</p>
            )}
            <Facts
              layout="rows"
              facts={[
                {
                  label: t('error.where'),
                  value: (
                    <>
                      <LocationLink location={registration.location} />,{' '}
                      {t('registration.document', {
                        document: countedFromOne(registration.document),
                      })}
                    </>
                  ),
                },
                {
                  label: t('error.since'),
                  value: <RelativeTime time={registration.since} />,
                },
                {
                  label: t('error.attempts'),
                  value: registration.failures
                    ? String(registration.failures)
                    : undefined,
                },
                {
                  label: t('error.nextTry'),
                  value: registration.nextTryAt && (
                    <Countdown until={registration.nextTryAt} />
                  ),
                },
                {
                  label: t('registration.appliedAt'),
                  value: registration.appliedAt && (
                    <RelativeTime time={registration.appliedAt} />
                  ),
                },
                {
                  label: t('registration.admittedBy'),
                  value: claim && shownClaim(claim),
                },
                {
                  label: t('approval.by'),
                  value: approval && (
                    <>
                      {approval.by}, {t(`approval.${approval.decision}`)}{' '}
                      <RelativeTime time={approval.at} />
                    </>
                  ),
                },
                { label: t('error.whatToDo'), value: registration.hint },
              ]}
            />
            <ApprovalActions registration={registration} />
            {suggestedClaim && <ClaimSnippet claim={suggestedClaim} />}
          </div>
        }
      />
      <Warnings warnings={registration.warnings} />
    </>
  );
}

/** Which files a claim is about, and where it lets them go. */
function shownClaim({ location, home, namespaces }: RegistrationClaim): string {
  const { host, repository, ref, pathPrefix } = location;
  const files = [host, repository, ref, pathPrefix].filter(Boolean).join(' / ');
  return `${files} → ${home}: ${namespaces.join(', ')}`;
}

/** `0` is the first document, `2.1` the second item of the third one's list. */
function countedFromOne(document: string): string {
  return document
    .split('.')
    .map(index => Number(index) + 1)
    .join('.');
}
