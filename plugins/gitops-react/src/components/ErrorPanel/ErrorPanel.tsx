import type { ReactNode } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';
import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { Facts } from '../Facts/Facts';
import { Countdown, RelativeTime } from '../RelativeTime/RelativeTime';
import { adviceFor } from './adviceFor';
import styles from './ErrorPanel.module.css';

/** @public */
export interface ErrorPanelProps {
  error: Error;
  /** What failed, as a sentence. */
  title?: string;
  /** Cluster, object or phase. */
  where?: ReactNode;
  /** RFC 3339, or milliseconds since the epoch. */
  since?: string | number;
  /** Failed attempts so far. */
  attempts?: number;
  /** When it is tried again; absent where it is not, unless somebody asks. */
  nextTryAt?: string | number;
  /** What to do; by default what the code of the error suggests. */
  advice?: ReactNode;
  /** Offers a button to try again. */
  onRetry?(): void;
}

/**
 * An error as somebody can act on it: what failed, where, since when, when it
 * is tried again, what to do; what the computer said is folded.
 *
 * @public
 */
export function ErrorPanel(props: ErrorPanelProps) {
  const { error, title, where, since, attempts, nextTryAt, onRetry } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const advice = props.advice ?? t(`advice.${adviceFor(error)}`);
  return (
    <Alert
      status="danger"
      icon
      role="alert"
      className={styles.panel}
      title={title ?? t('error.title')}
      customActions={
        onRetry && (
          <Button size="small" variant="secondary" onPress={onRetry}>
            {t('error.tryAgain')}
          </Button>
        )
      }
      description={
        <div className={styles.body}>
          <p className={styles.message}>{error.message}</p>
          <Facts
            layout="rows"
            facts={[
              { label: t('error.where'), value: where },
              {
                label: t('error.since'),
                value:
                  since === undefined ? undefined : (
                    <RelativeTime time={since} />
                  ),
              },
              {
                label: t('error.attempts'),
                value: attempts ? String(attempts) : undefined,
              },
              {
                label: t('error.nextTry'),
                value:
                  nextTryAt === undefined ? (
                    t('error.noRetry')
                  ) : (
                    <Countdown until={nextTryAt} />
                  ),
              },
              { label: t('error.whatToDo'), value: advice },
            ]}
          />
          {error instanceof GitopsApiError && (
            <details className={styles.details}>
              <summary>{t('error.details')}</summary>
              <Facts
                layout="rows"
                facts={[
                  { label: t('error.code'), value: <code>{error.code}</code> },
                  { label: t('error.status'), value: String(error.status) },
                ]}
              />
            </details>
          )}
        </div>
      }
    />
  );
}
