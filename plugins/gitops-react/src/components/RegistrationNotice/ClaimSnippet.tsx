import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { SuggestedClaim } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { Snippet } from '../Snippet/Snippet';
import { claimYaml } from './claimYaml';
import styles from './RegistrationNotice.module.css';

/** The claim that an administrator would add to app-config, to be copied. */
export function ClaimSnippet(props: { claim: SuggestedClaim }) {
  const { claim } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <details className={styles.claim} open>
      <summary>{t('registration.claim')}</summary>
      <Snippet label={t('registration.claim')} text={claimYaml(claim)} />
      {!claim.location.repository && (
        <p className={styles.note}>{t('registration.wholeHost')}</p>
      )}
      {claim.needsServiceAccount && (
        <p className={styles.note}>
          {t('registration.serviceAccount', {
            namespace: claim.namespaces.join(', '),
          })}
        </p>
      )}
    </details>
  );
}
