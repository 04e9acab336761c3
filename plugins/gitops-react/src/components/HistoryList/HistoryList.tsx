import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type {
  AttemptRecord,
  ReleaseDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { RiCheckLine, RiCloseLine, RiSubtractLine } from '@remixicon/react';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { RevisionText } from '../RevisionText/RevisionText';
import styles from './HistoryList.module.css';

/** @public */
export interface HistoryListProps {
  /** The latest first. */
  history: readonly AttemptRecord[];
}

type Mood = 'good' | 'bad' | 'neutral';

const ICONS = {
  good: RiCheckLine,
  bad: RiCloseLine,
  neutral: RiSubtractLine,
} as const;

/**
 * What was delivered: the attempts of a Kustomization, the revisions of a release.
 *
 * @public
 */
export function HistoryList(props: HistoryListProps) {
  const { history } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (history.length === 0) {
    return (
      <EmptyState title={t('history.empty')}>
        {t('history.emptyText')}
      </EmptyState>
    );
  }
  return (
    <ol className={styles.list} aria-label={t('history.label')}>
      {history.map(attempt => (
        <li
          key={`${attempt.release?.version} ${attempt.digest} ${attempt.status} ${attempt.firstAt}`}
          className={styles.item}
        >
          <Outcome status={attempt.status} />
          <div className={styles.text}>
            {attempt.release ? (
              <Release attempt={attempt} release={attempt.release} />
            ) : (
              <Attempts attempt={attempt} />
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Outcome(props: { status: string }) {
  const mood = moodOf(props.status);
  const Icon = ICONS[mood];
  return <Icon className={styles.icon} data-mood={mood} aria-hidden />;
}

/** Runs of a Kustomization that built the same and ended the same. */
function Attempts(props: { attempt: AttemptRecord }) {
  const { status, revision, firstAt, lastAt, total, duration } = props.attempt;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <>
      <div className={styles.head}>
        <Text weight="bold">{status}</Text>
        {revision && (
          <Text color="secondary">
            <RevisionText revision={revision} />
          </Text>
        )}
        <Text color="secondary" className={styles.time}>
          <RelativeTime time={lastAt} />
        </Text>
      </div>
      <Text color="secondary">
        {total !== undefined && total > 1 ? (
          <>
            {t('history.run', { count: total })} <RelativeTime time={firstAt} />
            {duration && `, ${t('history.lastDuration', { duration })}`}
          </>
        ) : (
          duration && t('history.duration', { duration })
        )}
      </Text>
    </>
  );
}

function Release(props: { attempt: AttemptRecord; release: ReleaseDetail }) {
  const { attempt, release } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const { name, namespace, version, chart, chartVersion, appVersion } = release;
  return (
    <>
      <div className={styles.head}>
        <Text weight="bold">
          {t('history.revision', { version: String(version) })}
        </Text>
        <Text color="secondary">
          {release.action
            ? t('history.status', {
                status: attempt.status,
                action: release.action,
              })
            : attempt.status}
        </Text>
        <Text color="secondary" className={styles.time}>
          <RelativeTime time={attempt.lastAt} />
        </Text>
      </div>
      <div className={styles.head}>
        {' '}
        <Text>
          {t('history.chart', { chart, version: chartVersion })}
          {appVersion && `, ${t('history.app', { version: appVersion })}`}
        </Text>
        <Text color="secondary">
          {t('history.release', { name, namespace })}
        </Text>
      </div>
      {release.tests.length > 0 && (
        <ul className={styles.tests} aria-label={t('history.tests')}>
          {release.tests.map(test => (
            <li key={test.name} className={styles.test}>
              <Outcome status={test.phase ?? ''} />
              <Text color="secondary">
                {t('history.test', {
                  name: test.name,
                  phase: test.phase ?? t('history.notRun'),
                })}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const GOOD = new Set(['deployed', 'ReconciliationSucceeded', 'Succeeded']);
const BAD = /^failed$|Failed$|Error$/;

function moodOf(status: string): Mood {
  if (GOOD.has(status)) return 'good';
  return BAD.test(status) ? 'bad' : 'neutral';
}
