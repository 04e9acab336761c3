import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';
import { gitopsReactTranslationRef } from '../../text/translation';
import { useLanguage } from '../../text/useLanguage';
import type { LiveResult } from '../../live/useLiveData';
import { useGitopsConnection } from '../../live/GitopsLiveProvider';
import { Countdown, formatExact } from '../RelativeTime/RelativeTime';

/** @public */
export interface StaleNoticeProps {
  result: Pick<
    LiveResult<unknown>,
    'data' | 'error' | 'askedAt' | 'nextTryAt' | 'refresh'
  >;
}

/**
 * Above data that could not be read again: since when, and when it is tried
 * again. Shows nothing while all is well.
 *
 * @public
 */
export function StaleNotice(props: StaleNoticeProps) {
  const { data, error, askedAt, nextTryAt, refresh } = props.result;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const language = useLanguage();
  const { connection, error: feedError } = useGitopsConnection();
  const cause = error ?? (connection === 'offline' ? feedError : undefined);
  if (data === undefined || !cause) return null;
  return (
    <Alert
      status="warning"
      icon
      role="status"
      title={t('stale.title')}
      description={
        <>
          {t('stale.text', {
            time: formatExact(new Date(askedAt ?? 0), language),
          })}{' '}
          {cause.message}{' '}
          {nextTryAt !== undefined && (
            <>
              {t('error.nextTry')}: <Countdown until={nextTryAt} />
            </>
          )}
        </>
      }
      customActions={
        <Button size="small" variant="secondary" onPress={refresh}>
          {t('error.tryAgain')}
        </Button>
      }
    />
  );
}
