import type { DiffHunk } from '@backstage-gitops/plugin-gitops-common';
import styles from './DiffView.module.css';

interface Line {
  /** ` `, `-` or `+`. */
  sign: string;
  text: string;
  before?: number;
  after?: number;
}

/** Lines that change, with their numbers before and after. */
export function DiffView(props: { label: string; hunks: readonly DiffHunk[] }) {
  const { label, hunks } = props;
  return (
    // Long lines scroll, also by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.diff} tabIndex={0} role="group" aria-label={label}>
      {hunks.map(hunk => (
        <pre key={hunk.oldStart} className={styles.hunk}>
          {linesOf(hunk).map(({ sign, text, before, after }) => (
            <span
              key={`${before}-${after}`}
              className={styles.line}
              data-sign={sign.trim() || undefined}
            >
              <span className={styles.number} aria-hidden>
                {before}
              </span>
              <span className={styles.number} aria-hidden>
                {after}
              </span>
              <code>
                {sign} {text}
              </code>
            </span>
          ))}
        </pre>
      ))}
    </div>
  );
}

function linesOf({ oldStart, newStart, lines }: DiffHunk): Line[] {
  let before = oldStart;
  let after = newStart;
  return lines.map(line => {
    const sign = line.charAt(0);
    const text = line.slice(1);
    return {
      ...{ sign, text },
      ...(sign !== '+' && { before: before++ }),
      ...(sign !== '-' && { after: after++ }),
    };
  });
}
