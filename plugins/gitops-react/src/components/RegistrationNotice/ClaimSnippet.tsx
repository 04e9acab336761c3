import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { SuggestedClaim } from '@backstage-gitops/plugin-gitops-common';
import { Button } from '@backstage/ui';
import { gitopsReactTranslationRef } from '../../text/translation';
import { claimYaml } from './claimYaml';
import styles from './RegistrationNotice.module.css';

/** The claim that an administrator would add to app-config, to be copied. */
export function ClaimSnippet(props: { claim: SuggestedClaim }) {
  const { claim } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [isCopied, setCopied] = useState(false);
  const text = claimYaml(claim);
  // Browsers have none on pages without TLS; the text can still be selected.
  const { clipboard } = navigator;
  const copy = () =>
    clipboard.writeText(`${text}\n`).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <details className={styles.claim} open>
      <summary>{t('registration.claim')}</summary>
      <pre>
        <code>{text}</code>
      </pre>
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
      {clipboard && (
        <Button size="small" variant="secondary" onPress={copy}>
          {isCopied ? t('registration.copied') : t('registration.copy')}
        </Button>
      )}
    </details>
  );
}
