import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  StatusCounts,
  StatusWord,
} from '@backstage-gitops/plugin-gitops-common';
import { STATUS_WORDS } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { GitopsStatus } from '../GitopsStatus/GitopsStatus';
import styles from './ObjectFilters.module.css';

interface StatusFilterProps {
  counts?: StatusCounts;
  value: readonly StatusWord[];
  onChange(value: StatusWord[]): void;
}

/** One switch for each state there is, with how many objects are in it. */
export function StatusFilter(props: StatusFilterProps) {
  const { counts = {}, value, onChange } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const words = STATUS_WORDS.filter(
    word => (counts[word] ?? 0) > 0 || value.includes(word),
  );
  return (
    <div className={styles.words} role="group" aria-label={t('filters.status')}>
      {words.map(word => {
        const isOn = value.includes(word);
        return (
          <button
            key={word}
            type="button"
            className={styles.word}
            aria-pressed={isOn}
            aria-label={t('filters.statusCount', {
              word: t(`status.${word}`),
              number: String(counts[word] ?? 0),
            })}
            onClick={() =>
              onChange(isOn ? value.filter(w => w !== word) : [...value, word])
            }
          >
            <GitopsStatus word={word} />
            <span className={styles.count}>{counts[word] ?? 0}</span>
          </button>
        );
      })}
    </div>
  );
}
