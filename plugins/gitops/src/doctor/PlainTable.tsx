import type { ReactNode } from 'react';
import styles from './PlainTable.module.css';

/** A column of {@link PlainTable}. */
export interface PlainColumn<T> {
  header: string;
  cell(row: T): ReactNode;
  /** Figures stand on the right. */
  isNumber?: boolean;
}

/** A few rows that need neither order nor pages. The first column heads its row. */
export function PlainTable<T>(props: {
  label: string;
  columns: readonly PlainColumn<T>[];
  rows: readonly T[];
  keyOf(row: T): string;
}) {
  const { label, columns, rows, keyOf } = props;
  return (
    <div
      className={styles.scroll}
      role="region"
      aria-label={label}
      // Wide tables scroll in themselves, also by keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ header, isNumber }) => (
              <th key={header} scope="col" data-number={isNumber}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={keyOf(row)}>
              {columns.map(({ header, cell, isNumber }, i) => {
                const content = cell(row);
                return i === 0 ? (
                  <th key={header} scope="row">
                    {content}
                  </th>
                ) : (
                  <td
                    key={header}
                    data-number={isNumber}
                    data-zero={content === 0}
                  >
                    {content}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
