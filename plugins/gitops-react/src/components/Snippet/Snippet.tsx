import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { gitopsReactTranslationRef } from '../../text/translation';
import styles from './Snippet.module.css';

/** @public */
export interface SnippetProps {
  text: string;
  /** What the text is, for those who do not see it. */
  label: string;
}

/**
 * Lines to be copied into a file.
 *
 * @public
 */
export function Snippet(props: SnippetProps) {
  const { text, label } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [isCopied, setCopied] = useState(false);
  // Browsers have none on pages without TLS; the text can still be selected.
  const { clipboard } = navigator;
  const copy = () =>
    clipboard.writeText(`${text}\n`).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  const action = isCopied ? t('registration.copied') : t('registration.copy');
  return (
    <div className={styles.snippet}>
      {/* Long lines scroll, also by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
      {clipboard && (
        <Button
          size="small"
          variant="secondary"
          aria-label={`${action}: ${label}`}
          onPress={copy}
        >
          {action}
        </Button>
      )}
    </div>
  );
}
