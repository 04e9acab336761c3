import { useParams } from 'react-router-dom';
import {
  BreadcrumbEntry,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  ObjectKey,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  GitopsStatus,
  LiveIndicator,
  ObjectActions,
  ObjectSummary,
  StaleNotice,
  StatusSentence,
  useGitopsLinks,
  useGitopsObject,
} from '@backstage-gitops/plugin-gitops-react';
import { Card, CardBody, Container, Header } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { ObjectState } from '../panel/ObjectState';
import { ObjectSection, Section, sectionsOf, tabsOf } from '../panel/sections';
import styles from './ObjectPage.module.css';

type PageSection = 'summary' | Section;

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

function ObjectPageContent(props: {
  objectKey: ObjectKey;
  section: PageSection;
}) {
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
        tabs={[
          { id: 'summary', label: t('object.summary'), href: path },
          ...tabsOf(key.kind, data, section).map(id => ({
            id,
            label: t(`object.${id}`),
            href: `${path}/${id}`,
          })),
        ]}
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
            <Card>
              <CardBody>
                {section === 'summary' ? (
                  <div className={styles.page}>
                    <StatusSentence status={data.status} />
                    <ObjectSummary detail={data} hidePlace />
                  </div>
                ) : (
                  <ObjectSection detail={data} section={section} />
                )}
              </CardBody>
            </Card>
          </div>
        ) : (
          <ObjectState objectKey={key} result={result} />
        )}
      </Container>
    </BreadcrumbEntry>
  );
}
