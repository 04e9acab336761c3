import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiLoopRightLine, RiPulseLine, RiWifiOffLine } from '@remixicon/react';
import { useGitopsConnection } from '../../live/GitopsLiveProvider';
import { gitopsReactTranslationRef } from '../../text/translation';
import { useLanguage } from '../../text/useLanguage';
import { formatExact } from '../RelativeTime/RelativeTime';
import styles from './Freshness.module.css';

const ICONS = {
  starting: RiLoopRightLine,
  live: RiPulseLine,
  polling: RiLoopRightLine,
  offline: RiWifiOffLine,
} as const;

/**
 * Tells how fresh the screen is: live, every ten seconds, or offline.
 *
 * @public
 */
export function LiveIndicator() {
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const language = useLanguage();
  const { connection, lastAnswerAt } = useGitopsConnection();
  if (connection === 'starting') return null;
  const Icon = ICONS[connection];
  const time = lastAnswerAt
    ? formatExact(new Date(lastAnswerAt), language)
    : t('time.never');
  return (
    <span
      className={styles.indicator}
      data-connection={connection}
      role="status"
      title={
        connection === 'offline'
          ? t('live.offlineHint', { time })
          : t(`live.${connection}Hint`)
      }
    >
      <Icon className={styles.icon} aria-hidden />
      {t(`live.${connection}`)}
    </span>
  );
}
