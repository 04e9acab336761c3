import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  ObjectDetail,
  ObjectKey,
  ObjectWarning,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ConditionList,
  EventList,
  InventoryList,
  ObjectHeading,
  ObjectSummary,
  StaleNotice,
  useGitopsObject,
} from '@backstage-gitops/plugin-gitops-react';
import { Card, CardBody, Tab, TabList, TabPanel, Tabs } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { ObjectState } from './ObjectState';
import { useUrlParameter } from './useUrlParameter';
import styles from './ObjectPanel.module.css';

export interface ObjectPanelProps {
  objectKey: ObjectKey;
  /** Found elsewhere than by the API. */
  warnings?: readonly ObjectWarning[];
}

/** One object in whole, as part of another page. */
export function ObjectPanel(props: ObjectPanelProps) {
  const { objectKey } = props;
  const result = useGitopsObject(objectKey);
  if (!result.data) {
    return <ObjectState objectKey={objectKey} result={result} />;
  }
  return (
    <div className={styles.panel}>
      <StaleNotice result={result} />
      <Card>
        <CardBody>
          <div className={styles.body}>
            <ObjectHeading detail={result.data} showName />
            <ObjectSummary detail={withWarnings(result.data, props.warnings)} />
          </div>
        </CardBody>
      </Card>
      <ObjectSections detail={result.data} />
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

const SECTIONS = ['inventory', 'conditions', 'events'] as const;

function ObjectSections(props: { detail: ObjectDetail }) {
  const { detail } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const [view, setView] = useUrlParameter('view');
  const selected =
    SECTIONS.find(section => section === view) ??
    (detail.inventory.length > 0 ? 'inventory' : 'conditions');
  return (
    <Card>
      <CardBody>
        <Tabs
          selectedKey={selected}
          onSelectionChange={key => setView(String(key))}
        >
          <TabList aria-label={t('object.sections')}>
            <Tab id="inventory">{t('object.inventory')}</Tab>
            <Tab id="conditions">{t('object.conditions')}</Tab>
            <Tab id="events">{t('object.events')}</Tab>
          </TabList>
          <TabPanel id="inventory">
            <InventoryList items={detail.inventory} />
          </TabPanel>
          <TabPanel id="conditions">
            <ConditionList
              conditions={detail.conditions}
              generation={detail.metadata.generation}
            />
          </TabPanel>
          <TabPanel id="events">
            <EventList objectKey={detail.key} />
          </TabPanel>
        </Tabs>
      </CardBody>
    </Card>
  );
}
