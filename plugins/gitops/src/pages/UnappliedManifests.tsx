import { ReactNode, useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { UNAPPLIED_STATES } from '@backstage-gitops/plugin-gitops-common';
import {
  CatalogErrorsList,
  RegistrationsList,
  useGitopsCatalogErrors,
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
 * Says how many registered files the catalog could not take and how many
 * registered manifests do not reach their homes, and lists them where the
 * address says so. Shows nothing where all is well, and where a question fails:
 * what the list of objects says then holds for it too.
 */
export function UnappliedManifests() {
  const [shown, setShown] = useUrlParameter('registrations');
  const toggle = (what: string) => () =>
    setShown(shown === what ? undefined : what);
  return (
    <>
      <FilesWithErrors isOpen={shown === 'files'} onToggle={toggle('files')} />
      <Unapplied
        isOpen={shown === 'unapplied'}
        onToggle={toggle('unapplied')}
      />
    </>
  );
}

interface Toggled {
  isOpen: boolean;
  onToggle: () => void;
}

function FilesWithErrors(props: Toggled) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const [limit, setLimit] = useState(STEP);
  const { data } = useGitopsCatalogErrors({ limit: props.isOpen ? limit : 1 });
  if (!data || data.totalItems === 0) return null;
  const title = t('catalogErrors.title', { count: data.totalItems });
  return (
    <Attention
      {...props}
      title={title}
      more={data.totalItems > data.items.length ? limit : undefined}
      onMore={setLimit}
    >
      <CatalogErrorsList label={title} items={data.items} />
    </Attention>
  );
}

function Unapplied(props: Toggled) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const [limit, setLimit] = useState(STEP);
  const { data } = useGitopsRegistrations({
    state: [...UNAPPLIED_STATES],
    limit: props.isOpen ? limit : 1,
  });
  if (!data || data.totalItems === 0) return null;
  const title = t('unapplied.title', { count: data.totalItems });
  return (
    <Attention
      {...props}
      title={title}
      more={data.totalItems > data.items.length ? limit : undefined}
      onMore={setLimit}
    >
      <RegistrationsList label={title} items={data.items} />
    </Attention>
  );
}

/** One sentence that something needs somebody, and on demand what. */
function Attention(
  props: Toggled & {
    title: string;
    /** How many are shown, where there are more. */
    more: number | undefined;
    onMore: (limit: number) => void;
    children: ReactNode;
  },
) {
  const { isOpen, onToggle, title, more, onMore, children } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
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
              aria-label={`${isOpen ? t('unapplied.hide') : t('unapplied.show')}: ${title}`}
              onPress={onToggle}
            >
              {isOpen ? t('unapplied.hide') : t('unapplied.show')}
            </Button>
          }
        />
        {isOpen && (
          <Card>
            <CardBody>
              <div className={styles.page}>
                {children}
                {more !== undefined && more < MOST && (
                  <div>
                    <Button
                      variant="secondary"
                      onPress={() => onMore(Math.min(more + STEP, MOST))}
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
