import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { StatusWord } from '@backstage-gitops/plugin-gitops-common';
import {
  RemixiconComponentType,
  RiArrowLeftRightLine,
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiHourglassFill,
  RiLoader4Line,
  RiPauseCircleFill,
  RiQuestionFill,
} from '@remixicon/react';
import { gitopsReactTranslationRef } from '../../text/translation';
import styles from './GitopsStatus.module.css';

const ICONS: Readonly<Record<StatusWord, RemixiconComponentType>> = {
  Ready: RiCheckboxCircleFill,
  Progressing: RiLoader4Line,
  Waiting: RiHourglassFill,
  Drifted: RiArrowLeftRightLine,
  Failed: RiCloseCircleFill,
  Suspended: RiPauseCircleFill,
  Unknown: RiQuestionFill,
};

/** @public */
export interface GitopsStatusProps {
  word: StatusWord;
  /** `badge` has a background, for headings; `text`, the default, for rows. */
  appearance?: 'text' | 'badge';
  className?: string;
}

/**
 * The state of an object: icon, word and colour, always together, so that it
 * can be read without seeing colours.
 *
 * @public
 */
export function GitopsStatus(props: GitopsStatusProps) {
  const { word, appearance = 'text', className } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const Icon = ICONS[word];
  return (
    <span
      className={[styles.status, styles[appearance], className]
        .filter(Boolean)
        .join(' ')}
      data-status={word}
    >
      <Icon className={styles.icon} aria-hidden />
      {t(`status.${word}`)}
    </span>
  );
}
