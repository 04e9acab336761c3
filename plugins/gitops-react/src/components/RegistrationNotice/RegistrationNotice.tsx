import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type {
  RegistrationRow,
  SuggestedClaim,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { Facts } from '../Facts/Facts';
import { Countdown, RelativeTime } from '../RelativeTime/RelativeTime';
import { Warnings } from '../Warnings/Warnings';
import styles from './RegistrationNotice.module.css';

/** @public */
export interface RegistrationNoticeProps {
  registration: RegistrationRow;
}

const SEVERITY = {
  Rejected: 'danger',
  Failed: 'danger',
  ManifestStale: 'warning',
  PendingApproval: 'warning',
  Orphaned: 'warning',
  New: 'info',
} as const;

/**
 * Why a registered manifest is not in its home as it was registered, and what
 * to do: for one that waits for approval, the claim that would admit it. Shows
 * nothing for one that is applied.
 *
 * @public
 */
export function RegistrationNotice(props: RegistrationNoticeProps) {
  const { registration } = props;
  const { state, suggestedClaim } = registration;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (state === 'Applied') return null;
  return (
    <>
      <Alert
        status={SEVERITY[state]}
        icon
        role={SEVERITY[state] === 'danger' ? 'alert' : 'note'}
        title={t(`registration.${state}`)}
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
                  value: `${registration.location.replace(/^url:/, '')}, ${t(
                    'registration.document',
                    { document: registration.document },
                  )}`,
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
                { label: t('error.whatToDo'), value: registration.hint },
              ]}
            />
            {suggestedClaim && (
              <details className={styles.claim}>
                <summary>{t('registration.claim')}</summary>
                <pre>
                  <code>{claimYaml(suggestedClaim)}</code>
                </pre>
              </details>
            )}
          </div>
        }
      />
      <Warnings warnings={registration.warnings} />
    </>
  );
}

/** As `gitops.claims` in app-config has it; every value is safe in quotes. */
function claimYaml(claim: SuggestedClaim): string {
  const { location, home, namespaces, serviceAccount } = claim;
  const quote = (text: string) => JSON.stringify(text);
  const account =
    serviceAccount ?? (claim.needsServiceAccount ? '<name>' : undefined);
  return [
    'gitops:',
    '  claims:',
    '    - location:',
    ...Object.entries(location)
      .filter(([, value]) => value)
      .map(([name, value]) => `        ${name}: ${quote(value)}`),
    `      home: ${quote(home)}`,
    `      namespaces: [${namespaces.map(quote).join(', ')}]`,
    ...(account ? [`      serviceAccount: ${quote(account)}`] : []),
  ].join('\n');
}
