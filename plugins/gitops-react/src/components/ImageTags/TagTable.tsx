import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ImageTag } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { TagVerdictLabel } from './TagVerdictLabel';
import styles from './ImageTags.module.css';

/** Tags, what of them is compared, and what a policy makes of them. */
export function TagTable(props: {
  label: string;
  items: readonly ImageTag[];
  isStale?: boolean;
}) {
  const { label, items, isStale } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const hasKeys = items.some(({ key }) => key !== undefined);
  const hasVerdicts = items.some(({ verdict }) => verdict !== undefined);
  return (
    <table className={styles.table} aria-label={label} aria-busy={isStale}>
      <thead>
        <tr>
          <th scope="col">{t('tags.tag')}</th>
          {hasKeys && <th scope="col">{t('tags.key')}</th>}
          {hasVerdicts && <th scope="col">{t('tags.why')}</th>}
        </tr>
      </thead>
      <tbody>
        {items.map(({ tag, key, verdict }) => (
          <tr key={tag} data-verdict={verdict}>
            <th scope="row">
              <code>{tag}</code>
            </th>
            {hasKeys && <td>{key !== undefined && <code>{key}</code>}</td>}
            {hasVerdicts && (
              <td>{verdict && <TagVerdictLabel verdict={verdict} />}</td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
