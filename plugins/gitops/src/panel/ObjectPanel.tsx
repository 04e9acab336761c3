import { useEffect } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  GitopsApiError,
  ObjectDetail,
  ObjectKey,
  ObjectWarning,
  RegistrationRow,
} from '@backstage-gitops/plugin-gitops-common';
import {
  DeleteObject,
  HeldPruneNotice,
  ObjectHeading,
  ObjectSummary,
  RegistrationNotice,
  StaleNotice,
  useGitopsObject,
  Warnings,
} from '@backstage-gitops/plugin-gitops-react';
import { Card, CardBody, Tab, TabList, TabPanel, Tabs } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { ObjectState } from './ObjectState';
import { ObjectSection, tabsOf } from './sections';
import { useUrlParameter } from './useUrlParameter';
import styles from './ObjectPanel.module.css';

export interface ObjectPanelProps {
  objectKey: ObjectKey;
  /** Found elsewhere than by the API. */
  warnings?: readonly ObjectWarning[];
  /** Of the manifest that the object is registered by. */
  registration?: RegistrationRow | null;
}

/** One object in whole, as part of another page. */
export function ObjectPanel(props: ObjectPanelProps) {
  const { objectKey, warnings = [], registration } = props;
  const result = useGitopsObject(objectKey);
  const { data, error, refresh } = result;
  const isMissing =
    !data && error instanceof GitopsApiError && error.status === 404;
  useEffect(() => {
    // An object that is not there tells of no changes, also not that it came.
    if (isMissing && registration?.state === 'Applied') refresh();
  }, [isMissing, registration, refresh]);
  if (!data) {
    if (!registration || !isMissing) {
      return <ObjectState objectKey={objectKey} result={result} />;
    }
    const told = toldBy(registration);
    return (
      <div className={styles.panel}>
        <RegistrationNotice registration={registration} isMissing />
        <Warnings warnings={warnings.filter(w => !told.has(w.message))} />
      </div>
    );
  }
  const isTold = registration && registration.state !== 'Applied';
  const detail = withWarnings(data, warnings);
  return (
    <div className={styles.panel}>
      <StaleNotice result={result} />
      {registration && <RegistrationNotice registration={registration} />}
      {registration?.state === 'Orphaned' && <DeleteObject object={data} />}
      <HeldPruneNotice object={data} />
      <Card>
        <CardBody>
          <div className={styles.body}>
            <ObjectHeading detail={data} showName />
            <ObjectSummary
              detail={
                isTold ? withoutWarnings(detail, toldBy(registration)) : detail
              }
            />
          </div>
        </CardBody>
      </Card>
      <ObjectSections detail={data} />
    </div>
  );
}

/** The API may know them as well: each is told once. */
function withWarnings(
  detail: ObjectDetail,
  more: readonly ObjectWarning[] = [],
): ObjectDetail {
  const known = new Set(detail.warnings.map(w => w.message));
  const added = more.filter(w => !known.has(w.message));
  return added.length > 0
    ? { ...detail, warnings: [...detail.warnings, ...added] }
    : detail;
}

/** What the notice about a registration says, as the API says it of its object. */
function toldBy(registration: RegistrationRow): ReadonlySet<string> {
  const { entityRef, message, warnings } = registration;
  return new Set([
    ...warnings.map(w => w.message),
    `${entityRef}: ${message ?? ''}`,
  ]);
}

function withoutWarnings(
  detail: ObjectDetail,
  told: ReadonlySet<string>,
): ObjectDetail {
  return {
    ...detail,
    warnings: detail.warnings.filter(
      ({ from, message }) => from !== 'catalog' || !told.has(message),
    ),
  };
}

function ObjectSections(props: { detail: ObjectDetail }) {
  const { detail } = props;
  const { kind } = detail.key;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const [view, setView] = useUrlParameter('view');
  const sections = tabsOf(kind, detail, '');
  // An inventory that is empty says less than the conditions do.
  const first = sections.find(
    section => section !== 'inventory' || detail.inventory.length > 0,
  );
  const selected = sections.find(section => section === view) ?? first;
  return (
    <Card>
      <CardBody>
        <Tabs
          selectedKey={selected}
          onSelectionChange={key => setView(String(key))}
        >
          <TabList aria-label={t('object.sections')}>
            {sections.map(section => (
              <Tab key={section} id={section}>
                {t(`object.${section}`)}
              </Tab>
            ))}
          </TabList>
          {sections.map(section => (
            <TabPanel key={section} id={section}>
              <ObjectSection detail={detail} section={section} />
            </TabPanel>
          ))}
        </Tabs>
      </CardBody>
    </Card>
  );
}
