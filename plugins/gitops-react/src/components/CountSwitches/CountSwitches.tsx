import type { ReactNode } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { gitopsReactTranslationRef } from '../../text/translation';
import styles from './CountSwitches.module.css';

interface CountSwitchesProps<T extends string> {
  label: string;
  /** Those without a count are left out, unless they are on. */
  items: readonly {
    id: T;
    /** For those who do not see the content. */
    name: string;
    count: number | undefined;
    content: ReactNode;
  }[];
  value: readonly T[];
  onChange(value: T[]): void;
}

/** One switch for each sort of things there is, with how many there are of it. */
export function CountSwitches<T extends string>(props: CountSwitchesProps<T>) {
  const { label, items, value, onChange } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <div className={styles.switches} role="group" aria-label={label}>
      {items.map(({ id, name, count = 0, content }) => {
        const isOn = value.includes(id);
        return (
          (count > 0 || isOn) && (
            <button
              key={id}
              type="button"
              className={styles.switch}
              aria-pressed={isOn}
              aria-label={t('filters.statusCount', {
                word: name,
                number: String(count),
              })}
              onClick={() =>
                onChange(
                  isOn ? value.filter(other => other !== id) : [...value, id],
                )
              }
            >
              {content}
              <span className={styles.count}>{count}</span>
            </button>
          )
        );
      })}
    </div>
  );
}
