import { useState } from 'react';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';
import {
  GitopsAnnotation,
  gitopsObjectDeletePermission,
  HeldPruneDetail,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../../api/gitopsApiRef';
import { asError } from '../../live/errors';
import { useLive } from '../../live/GitopsLiveProvider';
import { gitopsReactTranslationRef } from '../../text/translation';
import { adviceFor } from '../ErrorPanel/adviceFor';
import { InventoryList } from '../InventoryList/InventoryList';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { ApprovePruneDialog } from './ApprovePruneDialog';
import styles from './HeldPruneNotice.module.css';

/** @public */
export interface HeldPruneNoticeProps {
  object: Pick<ObjectDetail, 'key' | 'may' | 'heldPrune' | 'suspended'>;
}

/** So few are shown without being asked for. */
const SHOWN_AT_ONCE = 10;

/**
 * What a held prune would delete, and the button by which whoever may approves
 * exactly that; shows nothing where none is held.
 *
 * @public
 */
export function HeldPruneNotice(props: HeldPruneNoticeProps) {
  const { key, may, heldPrune, suspended } = props.object;
  const api = useApi(gitopsApiRef);
  const { feed } = useLive();
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  // The set that was looked at; another may have come by the time of the answer.
  const [asking, setAsking] = useState<HeldPruneDetail>();
  const [approved, setApproved] = useState<string>();
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<Error>();
  if (!heldPrune) return null;
  const approve = async ({ digest }: HeldPruneDetail) => {
    setAsking(undefined);
    setRunning(true);
    setFailure(undefined);
    try {
      await api.approvePrune(key, { digest });
      setApproved(digest);
    } catch (thrown) {
      setFailure(asError(thrown));
    } finally {
      setRunning(false);
      feed.announce([key]);
    }
  };
  const { items, count, approvable, digest } = heldPrune;
  return (
    <Alert
      status="warning"
      icon
      role="note"
      title={<Title object={props.object} held={heldPrune} />}
      description={
        <div className={styles.body}>
          <p>
            {t(approvable ? 'heldPrune.text' : 'heldPrune.homeText')}{' '}
            <span className={styles.note}>
              {t('error.since')} <RelativeTime time={heldPrune.since} />
            </span>
          </p>
          <details
            className={styles.list}
            open={count <= SHOWN_AT_ONCE ? true : undefined}
          >
            <summary>{t('heldPrune.show', { count })}</summary>
            {count > items.length && (
              <p className={styles.note}>
                {t('heldPrune.first', { shown: String(items.length) })}
              </p>
            )}
            <InventoryList items={items} />
          </details>
          {approvable && may.delete && (
            <Button
              variant="secondary"
              destructive
              size="small"
              isPending={isRunning}
              isDisabled={suspended || approved === digest}
              onPress={() => setAsking(heldPrune)}
            >
              {t('heldPrune.ask')}
            </Button>
          )}
          {approvable && !may.delete && (
            <p className={styles.note}>
              {t('heldPrune.needsPermission', {
                permission: gitopsObjectDeletePermission.name,
              })}
            </p>
          )}
          {approvable && (
            <p className={styles.note}>
              {t('heldPrune.byHand')}{' '}
              <code className={styles.code}>
                {GitopsAnnotation.approvedPrune}: {digest}
              </code>
            </p>
          )}
          <div role="status">
            {approved === digest && t('heldPrune.approved')}
          </div>
          {failure && (
            <Alert
              status="danger"
              icon
              role="alert"
              title={t('heldPrune.failed')}
              description={`${failure.message} ${t(`advice.${adviceFor(failure)}`)}`}
            />
          )}
          {asking && (
            <ApprovePruneDialog
              objectKey={key}
              held={asking}
              onClose={() => setAsking(undefined)}
              onApprove={() => approve(asking)}
            />
          )}
        </div>
      }
    />
  );
}

function Title(props: {
  object: Pick<ObjectDetail, 'key'>;
  held: HeldPruneDetail;
}) {
  const { count, total, reason } = props.held;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  switch (reason) {
    case 'home-replaced':
      return (
        <>{t('heldPrune.homeReplaced', { home: props.object.key.home })}</>
      );
    case 'target-replaced':
      return (
        <>
          {t('heldPrune.targetReplaced', {
            stale: String(count),
            total: String(total),
          })}
        </>
      );
    case 'emptied':
      return <>{t('heldPrune.emptied', { total: String(total) })}</>;
    case 'deletes-owner':
      return (
        <>
          {t('heldPrune.deletesOwner', {
            stale: String(count),
            total: String(total),
          })}
        </>
      );
    default:
      return (
        <>
          {t('heldPrune.massPrune', {
            stale: String(count),
            total: String(total),
          })}
        </>
      );
  }
}
