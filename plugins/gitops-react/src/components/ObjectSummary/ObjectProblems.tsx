import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import {
  formatObject,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { Facts } from '../Facts/Facts';
import { Countdown, RelativeTime } from '../RelativeTime/RelativeTime';
import { Warnings } from '../Warnings/Warnings';
import { EntityLink } from './EntityLink';
import { failureAdvice } from './failureAdvice';
import styles from './ObjectSummary.module.css';

/**
 * What somebody should know before reading on: a silent home, a failure and
 * what to do, who suspended it and why, warnings.
 */
export function ObjectProblems(props: { detail: ObjectDetail }) {
  const { detail } = props;
  const { key, status } = detail;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <>
      {detail.homeState === 'disconnected' && (
        <Alert
          status="warning"
          icon
          role="status"
          title={t('home.disconnected', { home: key.home })}
          description={t('home.disconnectedText')}
        />
      )}
      {(status.word === 'Failed' || status.word === 'Waiting') && (
        <Failure detail={detail} />
      )}
      {detail.suspended && detail.suspension && (
        <Alert
          status="info"
          icon
          role="note"
          title={
            detail.suspension.actor
              ? t('suspension.by', {
                  actor: <EntityLink entityRef={detail.suspension.actor} />,
                })
              : t('suspension.plain')
          }
          description={detail.suspension.reason ?? t('suspension.noReason')}
        />
      )}
      <Warnings warnings={detail.warnings} />
    </>
  );
}

function Failure(props: { detail: ObjectDetail }) {
  const { detail } = props;
  const { key, status, queue } = detail;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const isWaiting = status.word === 'Waiting';
  const next = queue?.dueAt ?? detail.nextRunAt;
  const failed = status.reason
    ? t('failure.title', { reason: status.reason })
    : t('failure.titleNoReason');
  return (
    <Alert
      status={isWaiting ? 'info' : 'danger'}
      icon
      role={isWaiting ? 'status' : 'alert'}
      title={isWaiting ? t('failure.waitingTitle') : failed}
      description={
        <div className={styles.failure}>
          <p className={styles.message}>{status.sentence}</p>
          <Facts
            layout="rows"
            facts={[
              {
                label: t('error.where'),
                value: `${formatObject(key)}, ${key.home}`,
              },
              {
                label: t('error.since'),
                value: status.since && <RelativeTime time={status.since} />,
              },
              {
                label: t('error.attempts'),
                value: queue?.failures ? String(queue.failures) : undefined,
              },
              {
                label: t('error.nextTry'),
                value: <NextTry running={queue?.running} next={next} />,
              },
              {
                label: t('error.whatToDo'),
                value: t(
                  `failure.${failureAdvice(status.reason, queue?.running || next !== undefined)}`,
                ),
              },
            ]}
          />
        </div>
      }
    />
  );
}

function NextTry(props: { running?: boolean; next?: string }) {
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (props.running) return <>{t('object.running')}</>;
  return props.next ? (
    <Countdown until={props.next} />
  ) : (
    <>{t('object.onWake')}</>
  );
}
