import { useState } from 'react';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';
import type { ObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../../api/gitopsApiRef';
import { gitopsReactTranslationRef } from '../../text/translation';
import styles from './Notifications.module.css';

type Test =
  | { state: 'sending' }
  | { state: 'sent'; provider: string }
  | { state: 'failed'; error: Error };

/** Sends something at once, and says what the service said. */
export function TestNotification(props: { objectKey: ObjectKey }) {
  const { objectKey } = props;
  const api = useApi(gitopsApiRef);
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [test, setTest] = useState<Test>();
  const send = () => {
    setTest({ state: 'sending' });
    api.sendTestNotification(objectKey).then(
      ({ provider }) => setTest({ state: 'sent', provider: provider.name }),
      error => setTest({ state: 'failed', error }),
    );
  };
  return (
    <div className={styles.test}>
      <Button
        variant="secondary"
        size="small"
        loading={test?.state === 'sending'}
        onPress={send}
      >
        {t('notifications.test')}
      </Button>
      {test?.state === 'sent' && (
        <Alert
          status="success"
          title={t('notifications.tested', { provider: test.provider })}
        />
      )}
      {test?.state === 'failed' && (
        <Alert
          status="danger"
          title={t('notifications.testFailed')}
          description={test.error.message}
        />
      )}
    </div>
  );
}
