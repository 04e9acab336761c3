import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Text } from '@backstage/ui';
import type {
  ImageFileChange,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { useGitopsImagePushes } from '../../hooks/useGitopsImages';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';
import { LiveContent } from '../LiveContent/LiveContent';
import { UpdateSteps } from './UpdateSteps';
import styles from './ImageUpdates.module.css';

/** @public */
export interface ImagePushListProps {
  /** Of an ImageUpdateAutomation, or of a Kustomization whose source has some. */
  objectKey: ObjectKey;
}

const PAGE = 10;
const MOST = 200;

/**
 * What automations pushed, the latest first, and what became of each commit.
 *
 * @public
 */
export function ImagePushList(props: ImagePushListProps) {
  const { objectKey } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [limit, setLimit] = useState(PAGE);
  const result = useGitopsImagePushes(objectKey, { limit });
  return (
    <LiveContent result={result}>
      {({ items, pageInfo }) =>
        items.length === 0 ? (
          <EmptyState title={t('updates.empty')}>
            {t('updates.emptyText')}
          </EmptyState>
        ) : (
          <div className={styles.updates}>
            <ol className={styles.list} aria-label={t('updates.label')}>
              {items.map(push => (
                <li key={push.id} className={styles.push}>
                  <UpdateSteps home={objectKey.home} push={push} />
                  <Changes changes={push.changes} />
                </li>
              ))}
            </ol>
            {pageInfo.nextCursor && limit < MOST && (
              <Button
                variant="secondary"
                size="small"
                onPress={() => setLimit(Math.min(limit + PAGE, MOST))}
              >
                {t('events.more')}
              </Button>
            )}
          </div>
        )
      }
    </LiveContent>
  );
}

/** Where the values are: file and line, and the object there. */
function Changes(props: { changes: readonly ImageFileChange[] }) {
  const { changes } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <details className={styles.files}>
      <summary>{t('updates.changes', { count: changes.length })}</summary>
      <ul>
        {changes.map(({ file, line, object, setter }) => (
          <li key={`${file}:${line}:${setter}`}>
            <code>
              {file}:{line}
            </code>{' '}
            {object.kind && (
              <Text color="secondary">
                {object.kind}{' '}
                {[object.namespace, object.name].filter(Boolean).join('/')}
              </Text>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
