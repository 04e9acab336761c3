import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import type { Entity } from '@backstage/catalog-model';
import {
  ObjectKey,
  ObjectRow,
  parseObjectKey,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ErrorPanel,
  ForbiddenState,
  isForbidden,
  LiveIndicator,
  ObjectsTable,
  RegistrationNotice,
  StaleNotice,
  useGitopsObjects,
  useGitopsRegistration,
} from '@backstage-gitops/plugin-gitops-react';
import { Card, CardBody, Text } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { LoadingPanel } from '../panel/LoadingPanel';
import { ObjectPanel } from '../panel/ObjectPanel';
import { useUrlParameter } from '../panel/useUrlParameter';
import { EntityEmptyState } from './EntityEmptyState';
import { LocationContent } from './LocationContent';
import { UnappliedParts } from './UnappliedParts';
import {
  entityRefOf,
  findingsOf,
  isGitopsObjectEntity,
  isLocationEntity,
  objectKeyOfEntity,
} from './entityObject';
import styles from './EntityGitopsContent.module.css';

/** More deliveries than that for one Component are shown on the page of all objects. */
const MOST = 50;

/** The entity tab: what delivers a Component, or the object that an entity stands for. */
export function EntityGitopsContent() {
  const { entity } = useEntity();
  return <div className={styles.content}>{contentOf(entity)}</div>;
}

function contentOf(entity: Entity) {
  if (isLocationEntity(entity)) return <LocationContent entity={entity} />;
  return isGitopsObjectEntity(entity) ? (
    <EntityManifest entity={entity} />
  ) : (
    <EntityObjects entity={entity} />
  );
}

/** The object that an entity stands for, or why its manifest did not become one. */
function EntityManifest(props: { entity: Entity }) {
  const { entity } = props;
  const key = objectKeyOfEntity(entity);
  const { data: registration } = useGitopsRegistration(entityRefOf(entity));
  if (!key) {
    return (
      <>
        {registration && (
          <RegistrationNotice registration={registration} isMissing />
        )}
        <EntityObjects entity={entity} isExplained={Boolean(registration)} />
      </>
    );
  }
  return (
    <>
      <div className={styles.bar}>
        <LiveIndicator />
      </div>
      <ObjectPanel
        objectKey={key}
        warnings={findingsOf(entity)}
        registration={registration}
      />
    </>
  );
}

function EntityObjects(props: {
  entity: Entity;
  /** That there is none is explained by something else. */
  isExplained?: boolean;
}) {
  const { entity, isExplained } = props;
  const { name, title = name } = entity.metadata;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const result = useGitopsObjects({ entity: entityRefOf(entity), limit: MOST });
  const [wanted, setWanted] = useUrlParameter('object');
  const { data, error } = result;

  if (result.isLoading) return <LoadingPanel label={t('list.loading')} />;
  if (!data) {
    return isForbidden(error) ? (
      <ForbiddenState error={error} />
    ) : (
      <ErrorPanel
        title={t('entity.failed', { name: title })}
        error={error!}
        where={entityRefOf(entity)}
        nextTryAt={result.nextTryAt}
        onRetry={result.refresh}
      />
    );
  }
  if (data.items.length === 0) {
    return isExplained ? null : (
      <>
        <UnappliedParts entity={entity} items={data.items} />
        <EntityEmptyState entity={entity} />
      </>
    );
  }

  const selected = keyFrom(wanted, data.items) ?? mainOf(data.items).key;
  // A source that is in the picture of its delivery needs no row of its own.
  const isPicture = deliveriesOf(data.items).length === 1 && !wanted;
  return (
    <>
      <div className={styles.bar}>
        {!isGitopsObjectEntity(entity) && (
          <Text as="h2" variant="title-x-small" weight="bold">
            {t('entity.headline', { name: title })}
          </Text>
        )}
        <LiveIndicator />
      </div>
      <StaleNotice result={result} />
      <UnappliedParts entity={entity} items={data.items} />
      {data.items.length > 1 && !isPicture && (
        <Card>
          <CardBody>
            <ObjectsTable
              list={data}
              isStale={result.isStale}
              selected={selected}
              onSelect={key => setWanted(stringifyObjectKey(key))}
            />
          </CardBody>
        </Card>
      )}
      <ObjectPanel
        key={stringifyObjectKey(selected)}
        objectKey={selected}
        warnings={findingsOf(entity)}
      />
    </>
  );
}

/** An object out of the address, if it is among those shown. */
function keyFrom(
  text: string | undefined,
  rows: readonly ObjectRow[],
): ObjectKey | undefined {
  if (!text) return undefined;
  try {
    const wanted = stringifyObjectKey(parseObjectKey(text));
    return rows.find(row => stringifyObjectKey(row.key) === wanted)?.key;
  } catch {
    return undefined;
  }
}

/** What is no source of another row. */
function deliveriesOf(rows: readonly ObjectRow[]): ObjectRow[] {
  return rows.filter(
    row =>
      !rows.some(
        other =>
          other.key.home === row.key.home &&
          other.source?.kind === row.key.kind &&
          other.source.namespace === row.key.namespace &&
          other.source.name === row.key.name,
      ),
  );
}

/** The rows come with what needs attention on top; deliveries before their sources. */
function mainOf(rows: readonly ObjectRow[]): ObjectRow {
  return deliveriesOf(rows)[0] ?? rows[0];
}
