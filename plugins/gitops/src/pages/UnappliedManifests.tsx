import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { UNAPPLIED_STATES } from '@backstage-gitops/plugin-gitops-common';
import {
  RegistrationsList,
  useGitopsRegistrations,
} from '@backstage-gitops/plugin-gitops-react';
import { Alert, Button, Card, CardBody, Container } from '@backstage/ui';
import { useUrlParameter } from '../panel/useUrlParameter';
import { gitopsTranslationRef } from '../text/translation';
import styles from './ObjectsPage.module.css';

const STEP = 20;
/** What the API gives at once. */
const MOST = 200;

/**
 * Says how many registered manifests do not reach their homes, and lists them
 * where the address says so. Shows nothing where all do, and where the question
 * fails: what the list of objects says then holds for it too.
 */
export function UnappliedManifests() {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const [shown, setShown] = useUrlParameter('registrations');
  const [limit, setLimit] = useState(STEP);
  const isOpen = shown === 'unapplied';
  const { data } = useGitopsRegistrations({
    state: [...UNAPPLIED_STATES],
    limit: isOpen ? limit : 1,
  });
  if (!data || data.totalItems === 0) return null;
  const hasMore = data.totalItems > data.items.length && limit < MOST;
  const title = t('unapplied.title', { count: data.totalItems });
  return (
    <Container pt="4">
      <div className={styles.page}>
        <Alert
          status="warning"
          icon
          role="status"
          title={title}
          customActions={
            <Button
              size="small"
              variant="secondary"
              aria-expanded={isOpen}
              onPress={() => setShown(isOpen ? undefined : 'unapplied')}
            >
              {isOpen ? t('unapplied.hide') : t('unapplied.show')}
            </Button>
          }
        />
        {isOpen && (
          <Card>
            <CardBody>
              <div className={styles.page}>
                <RegistrationsList label={title} items={data.items} />
                {hasMore && (
                  <div>
                    <Button
                      variant="secondary"
                      onPress={() => setLimit(Math.min(limit + STEP, MOST))}
                    >
                      {t('unapplied.more')}
                    </Button>
                  </div>
                )}
              </div>
            </CardBody>
          </Card>
        )}
      </div>
    </Container>
  );
}
