import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { ObjectDetail } from '@backstage-gitops/plugin-gitops-common';
import { useGitopsImagePushes } from '../../hooks/useGitopsImages';
import { gitopsReactTranslationRef } from '../../text/translation';
import { UpdateSteps } from './UpdateSteps';
import styles from './ImageUpdates.module.css';

/**
 * The last image that automations brought on its way, of a delivery or of an
 * automation; nothing where none did.
 */
export function LatestUpdate(props: { detail: ObjectDetail }) {
  const { detail } = props;
  const isPushing = detail.key.kind === 'ImageUpdateAutomation';
  return isPushing || detail.updatedBy ? <Latest detail={detail} /> : null;
}

function Latest({ detail: { key } }: { detail: ObjectDetail }) {
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const { data } = useGitopsImagePushes(key, { limit: 1 });
  const push = data?.items[0];
  // It is an extra: what keeps it from being read shows in its own tab.
  if (!push) return null;
  return (
    <section className={styles.latest} aria-label={t('updates.latest')}>
      <Text color="secondary" variant="body-small">
        {t('updates.latest')}
      </Text>
      <UpdateSteps home={key.home} push={push} />
    </section>
  );
}
