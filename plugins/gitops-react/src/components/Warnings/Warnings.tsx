import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { ObjectWarning } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import styles from './Warnings.module.css';

/** @public */
export interface WarningsProps {
  warnings: readonly ObjectWarning[];
}

/**
 * What people should know of a manifest, such as a field that Flux dropped;
 * errors first. Shows nothing where there is nothing.
 *
 * @public
 */
export function Warnings(props: WarningsProps) {
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const errors = props.warnings.filter(w => w.severity === 'error');
  const warnings = props.warnings.filter(w => w.severity === 'warning');
  return (
    <>
      {errors.length > 0 && (
        <Alert
          status="danger"
          icon
          role="alert"
          title={t('warnings.errorsTitle', { count: errors.length })}
          description={<WarningList warnings={errors} />}
        />
      )}
      {warnings.length > 0 && (
        <Alert
          status="warning"
          icon
          role="note"
          title={t('warnings.title', { count: warnings.length })}
          description={<WarningList warnings={warnings} />}
        />
      )}
    </>
  );
}

function WarningList(props: WarningsProps) {
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <ul className={styles.list}>
      {props.warnings.map(({ path, code, message, from }) => (
        <li key={`${from} ${code} ${path} ${message}`}>
          {path && !message.startsWith(path) && (
            <>
              <code className={styles.path}>{path}</code>{' '}
            </>
          )}
          {message}
          {from === 'catalog' && (
            <span className={styles.from}> ({t('warnings.fromCatalog')})</span>
          )}
        </li>
      ))}
    </ul>
  );
}
