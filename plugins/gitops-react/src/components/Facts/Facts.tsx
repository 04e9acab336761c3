import { Fragment, ReactNode } from 'react';
import styles from './Facts.module.css';

/** @public */
export interface Fact {
  label: string;
  value: ReactNode;
}

/** @public */
export interface FactsProps {
  /** Those without a value are left out. */
  facts: readonly (Fact | undefined)[];
  /** `rows`: one below the other; `grid`, the default: as many beside each other as fit. */
  layout?: 'grid' | 'rows';
}

/**
 * Labelled values, as a description list.
 *
 * @public
 */
export function Facts(props: FactsProps) {
  const { facts, layout = 'grid' } = props;
  return (
    <dl className={layout === 'grid' ? styles.grid : styles.rows}>
      {facts.map(fact => {
        if (!fact || fact.value === undefined || fact.value === '') return null;
        const pair = (
          <>
            <dt className={styles.label}>{fact.label}</dt>
            <dd className={styles.value}>{fact.value}</dd>
          </>
        );
        return layout === 'grid' ? (
          <div key={fact.label} className={styles.cell}>
            {pair}
          </div>
        ) : (
          <Fragment key={fact.label}>{pair}</Fragment>
        );
      })}
    </dl>
  );
}
