import type { ReactNode } from 'react';
import { useParams } from 'react-router-dom';
import {
  BreadcrumbEntry,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  ObjectDetail,
  ObjectKey,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ConditionList,
  GitopsStatus,
  EventList,
  HistoryList,
  InventoryList,
  LiveIndicator,
  ObjectActions,
  ObjectSummary,
  StaleNotice,
  StatusSentence,
  useGitopsLinks,
  useGitopsObject,
} from '@backstage-gitops/plugin-gitops-react';
import { Card, CardBody, Container, Header } from '@backstage/ui';
import { isDelivery } from '../panel/isDelivery';
import { gitopsTranslationRef } from '../text/translation';
import { ObjectState } from '../panel/ObjectState';
import styles from './ObjectPage.module.css';

const SECTIONS = [
  'summary',
  'inventory',
  'history',
  'events',
  'conditions',
] as const;
type Section = (typeof SECTIONS)[number];

/** A source is fetched; nothing is delivered by it. */
function sectionsOf(kind: string): readonly Section[] {
  return isDelivery(kind)
    ? SECTIONS
    : SECTIONS.filter(section => section !== 'history');
}

/** The page of one object; which part of it is shown is in the address. */
export function ObjectPage() {
  const { home = '', kind = '', namespace = '', name = '' } = useParams();
  const rest = useParams()['*'] ?? '';
  const section = sectionsOf(kind).find(known => known === rest) ?? 'summary';
  const key: ObjectKey = { home, kind, namespace, name };
  return (
    <ObjectPageContent
      key={stringifyObjectKey(key)}
      objectKey={key}
      section={section}
    />
  );
}

function ObjectPageContent(props: { objectKey: ObjectKey; section: Section }) {
  const { objectKey: key, section } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const path = useGitopsLinks().object(key);
  const result = useGitopsObject(key);
  const { data } = result;
  return (
    <BreadcrumbEntry entry={{ label: key.name, href: path }}>
      <Header
        title={key.name}
        metadata={[
          {
            label: t('object.status'),
            value: data ? <GitopsStatus word={data.status.word} /> : '–',
          },
          { label: t('object.kind'), value: key.kind },
          { label: t('object.namespace'), value: key.namespace },
          { label: t('object.home'), value: key.home },
        ]}
        tabs={sectionsOf(key.kind).map(id => ({
          id,
          label: t(`object.${id}`),
          href: id === 'summary' ? path : `${path}/${id}`,
        }))}
        activeTabId={section}
        customActions={
          <div className={styles.actions}>
            <LiveIndicator />
            {data && <ObjectActions object={data} />}
          </div>
        }
      />
      <Container py="4">
        {data ? (
          <div className={styles.page}>
            <StaleNotice result={result} />
            <ObjectSection detail={data} section={section} />
          </div>
        ) : (
          <ObjectState objectKey={key} result={result} />
        )}
      </Container>
    </BreadcrumbEntry>
  );
}

function ObjectSection(props: { detail: ObjectDetail; section: Section }) {
  const { detail, section } = props;
  const parts: Record<Section, () => ReactNode> = {
    summary: () => (
      <div className={styles.page}>
        <StatusSentence status={detail.status} />
        <ObjectSummary detail={detail} hidePlace />
      </div>
    ),
    inventory: () => <InventoryList items={detail.inventory} />,
    history: () => <HistoryList history={detail.history} />,
    events: () => <EventList objectKey={detail.key} />,
    conditions: () => (
      <ConditionList
        conditions={detail.conditions}
        generation={detail.metadata.generation}
      />
    ),
  };
  return (
    <Card>
      <CardBody>{parts[section]()}</CardBody>
    </Card>
  );
}
