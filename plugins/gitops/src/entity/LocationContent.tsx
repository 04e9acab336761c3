import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import {
  CatalogErrorsList,
  EmptyState,
  ErrorPanel,
  ForbiddenState,
  isForbidden,
  RegistrationsList,
  useGitopsCatalogErrors,
  useGitopsRegistrations,
} from '@backstage-gitops/plugin-gitops-react';
import { Alert, Card, CardBody, Text } from '@backstage/ui';
import { LoadingPanel } from '../panel/LoadingPanel';
import { gitopsTranslationRef } from '../text/translation';
import { locationsOf } from './entityObject';
import styles from './EntityGitopsContent.module.css';

/** What a Location brings in: errors of its files, and what became of each manifest. */
export function LocationContent(props: { entity: Entity }) {
  return (
    <>
      {locationsOf(props.entity).map(location => (
        <FileContent key={location} location={location} />
      ))}
    </>
  );
}

function FileContent(props: { location: string }) {
  const { location } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const registered = useGitopsRegistrations({ location, limit: 200 });
  const errors = useGitopsCatalogErrors({ location }).data?.items ?? [];
  const { data, error } = registered;
  const manifests = data?.items ?? [];
  const errorsTitle = t('catalogErrors.title', { count: 1 });
  const title = t('location.document', { count: data?.totalItems ?? 0 });

  if (registered.isLoading)
    return <LoadingPanel label={t('location.loading')} />;
  return (
    <>
      {errors.length > 0 && (
        <Alert
          status="danger"
          icon
          role="alert"
          title={errorsTitle}
          description={<CatalogErrorsList label={errorsTitle} items={errors} />}
        />
      )}
      {!data && isForbidden(error) && <ForbiddenState error={error} />}
      {!data && error && !isForbidden(error) && (
        <ErrorPanel
          title={t('location.failed')}
          error={error}
          where={location}
          nextTryAt={registered.nextTryAt}
          onRetry={registered.refresh}
        />
      )}
      {manifests.length > 0 && (
        <Card>
          <CardBody>
            <div className={styles.content}>
              <Text as="h2" variant="title-x-small" weight="bold">
                {title}
              </Text>
              <RegistrationsList label={title} items={manifests} />
            </div>
          </CardBody>
        </Card>
      )}
      {data && manifests.length === 0 && errors.length === 0 && (
        <EmptyState title={t('location.empty')}>
          {t('location.emptyText')}
        </EmptyState>
      )}
    </>
  );
}
