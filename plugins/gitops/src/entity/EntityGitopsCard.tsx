import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import {
  ObjectRow,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  GitopsStatus,
  isForbidden,
  ForbiddenState,
  ObjectLink,
  RevisionText,
  useGitopsLinks,
  useGitopsObjects,
} from '@backstage-gitops/plugin-gitops-react';
import {
  Button,
  Card,
  CardBody,
  CardHeader,
  Link,
  Skeleton,
  Text,
} from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { entityRefOf } from './entityObject';
import styles from './EntityGitopsCard.module.css';

const MOST = 5;

/** The overview card: the state of what delivers an entity, a line each. */
export function EntityGitopsCard() {
  const { entity } = useEntity();
  const { t } = useTranslationRef(gitopsTranslationRef);
  const entityPath = useGitopsLinks().entity(entityRefOf(entity));
  return (
    <Card>
      <CardHeader>
        <div className={styles.header}>
          <Text as="h3" variant="title-x-small" weight="bold">
            {t('card.title')}
          </Text>
          {entityPath && (
            <Link href={`${entityPath}/gitops`} variant="body-small">
              {t('card.more')}
            </Link>
          )}
        </div>
      </CardHeader>
      <CardBody>
        <CardLines entityRef={entityRefOf(entity)} />
      </CardBody>
    </Card>
  );
}

function CardLines(props: { entityRef: string }) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const { data, error, isLoading, isStale, refresh } = useGitopsObjects({
    entity: props.entityRef,
    limit: MOST,
  });
  if (isLoading) {
    return (
      <div role="status" aria-busy="true" aria-label={t('list.loading')}>
        <Skeleton width="80%" height="1.25rem" />
      </div>
    );
  }
  if (!data) {
    if (isForbidden(error)) return <ForbiddenState error={error} />;
    return (
      <div role="alert" className={styles.failed}>
        <Text>{t('card.failed')}</Text>
        <Text color="secondary">{error?.message}</Text>
        <Button size="small" variant="secondary" onPress={refresh}>
          {t('card.retry')}
        </Button>
      </div>
    );
  }
  if (data.items.length === 0) {
    return <Text color="secondary">{t('card.empty')}</Text>;
  }
  const others = data.totalItems - data.items.length;
  return (
    <>
      <ul className={styles.lines} data-stale={isStale || undefined}>
        {data.items.map(row => (
          <CardLine key={stringifyObjectKey(row.key)} row={row} />
        ))}
      </ul>
      {others > 0 && (
        <Text color="secondary">{t('card.others', { count: others })}</Text>
      )}
    </>
  );
}

function CardLine(props: { row: ObjectRow }) {
  const { key, status, revision } = props.row;
  const isQuiet = status.word === 'Ready';
  return (
    <li className={styles.line}>
      <GitopsStatus word={status.word} />
      <ObjectLink objectKey={key} />
      {revision && (
        <Text color="secondary">
          <RevisionText revision={revision} />
        </Text>
      )}
      {!isQuiet && (
        <span className={styles.sentence} title={status.sentence}>
          {status.sentence}
        </span>
      )}
    </li>
  );
}
