import { useState } from 'react';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Text } from '@backstage/ui';
import {
  NOTIFICATION_STATES,
  NotificationList as Page,
  NotificationRow,
  NotificationState,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { RiCheckLine, RiCloseLine, RiTimeLine } from '@remixicon/react';
import { gitopsApiRef } from '../../api/gitopsApiRef';
import { useGitopsNotifications } from '../../hooks/useGitopsNotifications';
import { gitopsReactTranslationRef } from '../../text/translation';
import { CountSwitches } from '../CountSwitches/CountSwitches';
import { EmptyState } from '../EmptyState/EmptyState';
import { LiveContent } from '../LiveContent/LiveContent';
import { ObjectLink } from '../ObjectLink/ObjectLink';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { TestNotification } from './TestNotification';
import styles from './Notifications.module.css';

/** @public */
export interface NotificationListProps {
  /** Of an Alert, or of a Provider. */
  objectKey: ObjectKey;
}

const PAGE = 20;
const MOST = 500;
const ICONS = {
  sent: RiCheckLine,
  dead: RiCloseLine,
  waiting: RiTimeLine,
} as const;

/**
 * What an Alert sent, or a Provider was to send, the latest first; what was given up can
 * be sent again, and a test can be sent.
 *
 * @public
 */
export function NotificationList(props: NotificationListProps) {
  const { objectKey } = props;
  const [states, setStates] = useState<NotificationState[]>([]);
  const [limit, setLimit] = useState(PAGE);
  const [state] = states;
  const result = useGitopsNotifications(objectKey, { state, limit });
  return (
    <div className={styles.notifications}>
      <TestNotification objectKey={objectKey} />
      <LiveContent result={result}>
        {page => (
          <Content
            {...{ page, objectKey, states }}
            // One state at a time: who looks for the dead looks for nothing else.
            onStates={chosen => setStates(chosen.slice(-1))}
            onMore={
              page.pageInfo.nextCursor && limit < MOST
                ? () => setLimit(Math.min(limit * 2, MOST))
                : undefined
            }
            onResent={result.refresh}
          />
        )}
      </LiveContent>
    </div>
  );
}

function Content(props: {
  page: Page;
  objectKey: ObjectKey;
  states: NotificationState[];
  onStates(states: NotificationState[]): void;
  onMore: (() => void) | undefined;
  onResent(): void;
}) {
  const { page, objectKey, states, onMore, onResent } = props;
  const { counts, items } = page;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (NOTIFICATION_STATES.every(state => counts[state] === 0)) {
    return (
      <EmptyState title={t('notifications.empty')}>
        {t('notifications.emptyText')}
      </EmptyState>
    );
  }
  return (
    <>
      <div className={styles.bar}>
        <CountSwitches
          label={t('notifications.states')}
          items={NOTIFICATION_STATES.map(id => ({
            id,
            name: t(`notifications.state.${id}`),
            count: counts[id],
            content: t(`notifications.state.${id}`),
          }))}
          value={states}
          onChange={props.onStates}
        />
        {counts.dead > 0 && (
          <Resend {...{ objectKey, onResent }} count={counts.dead} />
        )}
      </div>
      <ol className={styles.list} aria-label={t('notifications.label')}>
        {items.map(row => (
          <li key={row.id} className={styles.item}>
            <Row row={row} objectKey={objectKey} />
          </li>
        ))}
      </ol>
      {onMore && (
        <Button variant="secondary" size="small" onPress={onMore}>
          {t('events.more')}
        </Button>
      )}
    </>
  );
}

function Row(props: { row: NotificationRow; objectKey: ObjectKey }) {
  const { row, objectKey } = props;
  const { state, object, severity, message, attempts, error } = row;
  const { home } = objectKey;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const Icon = ICONS[state];
  const other = objectKey.kind === row.alert.kind ? row.provider : row.alert;
  return (
    <>
      <Icon
        className={styles.icon}
        data-state={state}
        aria-label={t(`notifications.state.${state}`)}
        role="img"
      />
      <div className={styles.text}>
        <div className={styles.head}>
          <Text
            weight="bold"
            color={severity === 'error' ? 'danger' : 'primary'}
          >
            {row.reason}
          </Text>
          <ObjectLink objectKey={{ home, ...object }} showKind showNamespace />
          <span className={styles.time}>
            <RelativeTime time={row.endedAt ?? row.at} />
          </span>
        </div>
        <Text className={styles.message}>{message}</Text>
        <div className={styles.head}>
          <ObjectLink objectKey={{ home, ...other }} showKind />
          {attempts > 1 && (
            <Text color="secondary">
              {t('notifications.attempts', { count: attempts })}
            </Text>
          )}
          {row.nextAttemptAt && (
            <Text color="secondary">
              {t('notifications.next')}{' '}
              <RelativeTime time={row.nextAttemptAt} />
            </Text>
          )}
        </div>
        {error && state !== 'sent' && (
          <Text className={styles.error} color="danger">
            {error}
          </Text>
        )}
      </div>
    </>
  );
}

function Resend(props: {
  objectKey: ObjectKey;
  count: number;
  onResent(): void;
}) {
  const { objectKey, count, onResent } = props;
  const api = useApi(gitopsApiRef);
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<Error>();
  const resend = () => {
    setSending(true);
    setError(undefined);
    api
      .resendNotifications(objectKey)
      .then(onResent, setError)
      .finally(() => setSending(false));
  };
  return (
    <>
      <Button
        variant="secondary"
        size="small"
        loading={isSending}
        onPress={resend}
      >
        {t('notifications.resend', { count })}
      </Button>
      {error && (
        <Alert
          status="danger"
          title={t('notifications.resendFailed')}
          description={error.message}
        />
      )}
    </>
  );
}
