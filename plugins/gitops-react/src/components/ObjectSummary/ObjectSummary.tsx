import type { ReactNode } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  GitopsAnnotation,
  kindByName,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { Fact, Facts } from '../Facts/Facts';
import { Countdown, RelativeTime } from '../RelativeTime/RelativeTime';
import { LatestUpdate } from '../ImageUpdates/LatestUpdate';
import { ObjectLink } from '../ObjectLink/ObjectLink';
import { DeliveryFlow } from './DeliveryFlow';
import { EntityLink } from './EntityLink';
import { NotificationFlow } from './NotificationFlow';
import { ObjectProblems } from './ObjectProblems';
import styles from './ObjectSummary.module.css';

/** @public */
export interface ObjectSummaryProps {
  detail: ObjectDetail;
  /** Leaves out namespace and home, where the page has them in its header. */
  hidePlace?: boolean;
}

/**
 * An object at a glance: what is wrong, what delivers it, since when and when
 * again, whose it is.
 *
 * @public
 */
export function ObjectSummary(props: ObjectSummaryProps) {
  const { detail, hidePlace } = props;
  const { key, artifact } = detail;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const isReconciled = kindByName(key.kind)?.hasStatus !== false;
  const dependencies = detail.dependsOn.filter(d => d.relation !== 'source');
  const facts: (Fact | undefined)[] = [
    {
      label:
        detail.inventory.length > 0 ? t('object.applied') : t('object.fetched'),
      value: artifact?.updatedAt && <RelativeTime time={artifact.updatedAt} />,
    },
    {
      label: t('object.lastRun'),
      value: detail.lastRunAt && <RelativeTime time={detail.lastRunAt} />,
    },
    isReconciled
      ? { label: t('object.nextRun'), value: <NextRun detail={detail} /> }
      : undefined,
    { label: t('object.interval'), value: detail.interval },
    {
      label: t('object.owner'),
      value: detail.ownerRef && <EntityLink entityRef={detail.ownerRef} />,
    },
    {
      label: t('object.entity'),
      value: detail.entityRef && <EntityLink entityRef={detail.entityRef} />,
    },
    hidePlace
      ? undefined
      : { label: t('object.namespace'), value: key.namespace },
    hidePlace ? undefined : { label: t('object.home'), value: key.home },
    ...settingsOf(detail).map(([name, value]) => ({
      label: t(`object.${name}`),
      value,
    })),
    isReconciled && dependencies.length > 0
      ? {
          label: t('object.dependsOn'),
          value: dependencies.map(({ kind, namespace, name }) => (
            <ObjectLink
              key={`${kind}/${namespace}/${name}`}
              objectKey={{ home: key.home, kind, namespace, name }}
            />
          )),
        }
      : undefined,
  ];
  return (
    <div className={styles.summary}>
      <ObjectProblems detail={detail} />
      {isReconciled ? (
        <DeliveryFlow detail={detail} />
      ) : (
        <NotificationFlow detail={detail} />
      )}
      <LatestUpdate detail={detail} />
      <Facts facts={facts} />
    </div>
  );
}

function NextRun(props: { detail: ObjectDetail }): ReactNode {
  const { suspended, queue, nextRunAt } = props.detail;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (suspended) return t('object.suspended');
  if (queue?.running) return t('object.running');
  const next = queue?.dueAt ?? nextRunAt;
  if (next) return <Countdown until={next} />;
  return queue ? t('object.onWake') : t('object.notReconciled');
}

/** What of a kind that only holds settings is worth a line. */
function settingsOf({
  key,
  spec,
  metadata,
}: ObjectDetail): ['type' | 'channel' | 'severity', string][] {
  if (key.kind === 'Alert') {
    return [['severity', String(spec.eventSeverity ?? 'info')]];
  }
  if (key.kind !== 'Provider') return [];
  const chosen =
    spec.type === 'generic' && metadata.annotations[GitopsAnnotation.provider];
  return [
    ['type', chosen || String(spec.type)],
    ...(spec.channel
      ? [['channel', String(spec.channel)] as ['channel', string]]
      : []),
  ];
}
