import { useState } from 'react';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Text } from '@backstage/ui';
import type {
  ImageUpdatePreview,
  ObjectKey,
  PreviewedBranch,
  PreviewedFile,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../../api/gitopsApiRef';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';
import { ErrorPanel } from '../ErrorPanel/ErrorPanel';
import { ForbiddenState, isForbidden } from '../ForbiddenState/ForbiddenState';
import { RevisionText } from '../RevisionText/RevisionText';
import { DiffView } from './DiffView';
import styles from './ImageUpdates.module.css';

/** @public */
export interface UpdatePreviewProps {
  /** Of an ImageUpdateAutomation. */
  objectKey: ObjectKey;
}

type Look =
  | { state: 'looking' }
  | { state: 'seen'; preview: ImageUpdatePreview }
  | { state: 'failed'; error: Error };

/**
 * What an ImageUpdateAutomation would push if it ran now, asked for by a button
 * because the repository is looked at for it.
 *
 * @public
 */
export function UpdatePreview(props: UpdatePreviewProps) {
  const { objectKey } = props;
  const api = useApi(gitopsApiRef);
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [look, setLook] = useState<Look>();
  const start = () => {
    setLook({ state: 'looking' });
    api.previewImageUpdate(objectKey).then(
      preview => setLook({ state: 'seen', preview }),
      error => setLook({ state: 'failed', error }),
    );
  };
  const button = (
    <Button
      variant="secondary"
      size="small"
      loading={look?.state === 'looking'}
      onPress={start}
    >
      {t(look?.state === 'seen' ? 'preview.again' : 'preview.show')}
    </Button>
  );
  if (look?.state === 'failed') {
    return isForbidden(look.error) ? (
      <ForbiddenState error={look.error} />
    ) : (
      <ErrorPanel
        title={t('preview.failed')}
        error={look.error}
        onRetry={start}
      />
    );
  }
  if (look?.state !== 'seen') {
    return (
      <EmptyState title={t('preview.title')} actions={button}>
        {t('preview.text')}
      </EmptyState>
    );
  }
  const { items } = look.preview;
  return (
    <div className={styles.updates}>
      {button}
      {items.length === 0 && <Text>{t('preview.nothing')}</Text>}
      {items.map(branch => (
        <Branch key={branch.branch} branch={branch} />
      ))}
    </div>
  );
}

function Branch(props: { branch: PreviewedBranch }) {
  const { branch, revision, message, files, unreadable } = props.branch;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <section
      className={styles.branch}
      aria-label={t('preview.branch', { branch })}
    >
      <div className={styles.head}>
        <Text weight="bold">{t('preview.branch', { branch })}</Text>
        <Text color="secondary">
          {t('preview.from')} <RevisionText revision={revision} />
        </Text>
      </div>
      {files.length === 0 ? (
        <Text color="secondary">{t('preview.nothing')}</Text>
      ) : (
        <>
          <pre className={styles.message}>{message}</pre>
          {files.map(file => (
            <File key={file.path} file={file} />
          ))}
        </>
      )}
      {unreadable.map(({ path, reason }) => (
        <Alert
          key={path}
          status="warning"
          icon
          title={t('preview.unreadable', { path })}
          description={reason}
        />
      ))}
    </section>
  );
}

function File(props: { file: PreviewedFile }) {
  const { path, hunks, masked } = props.file;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <div className={styles.file}>
      <div className={styles.head}>
        <code>{path}</code>
        {masked && <Text color="secondary">{t('preview.masked')}</Text>}
      </div>
      {hunks ? (
        <DiffView label={t('preview.diff', { path })} hunks={hunks} />
      ) : (
        <Text color="secondary">{t('preview.hidden')}</Text>
      )}
    </div>
  );
}
