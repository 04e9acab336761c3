import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  ImageCandidates,
  TagVerdict,
} from '@backstage-gitops/plugin-gitops-common';
import { TAG_VERDICTS } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { TagVerdictLabel } from './TagVerdictLabel';
import styles from './ImageTags.module.css';

/** One switch for each verdict there is, with how many tags have it. */
export function VerdictFilter(props: {
  counts: ImageCandidates['counts'];
  value: readonly TagVerdict[];
  onChange(value: TagVerdict[]): void;
}) {
  const { counts, value, onChange } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <div
      className={styles.verdicts}
      role="group"
      aria-label={t('tags.verdicts')}
    >
      {TAG_VERDICTS.filter(
        verdict => counts[verdict] || value.includes(verdict),
      ).map(verdict => {
        const isOn = value.includes(verdict);
        return (
          <button
            key={verdict}
            type="button"
            className={styles.switch}
            aria-pressed={isOn}
            onClick={() =>
              onChange(
                isOn
                  ? value.filter(other => other !== verdict)
                  : [...value, verdict],
              )
            }
          >
            <TagVerdictLabel verdict={verdict} />
            <span className={styles.count}>{counts[verdict] ?? 0}</span>
          </button>
        );
      })}
    </div>
  );
}
