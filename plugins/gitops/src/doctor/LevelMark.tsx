import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { DoctorLevel } from '@backstage-gitops/plugin-gitops-common';
import {
  RemixiconComponentType,
  RiAlertFill,
  RiCheckboxCircleFill,
  RiCloseCircleFill,
  RiQuestionFill,
} from '@remixicon/react';
import { gitopsTranslationRef } from '../text/translation';
import styles from './LevelMark.module.css';

const ICONS: Readonly<Record<DoctorLevel, RemixiconComponentType>> = {
  error: RiCloseCircleFill,
  warning: RiAlertFill,
  unknown: RiQuestionFill,
  ok: RiCheckboxCircleFill,
};

/** A level as icon, word and colour. */
export function LevelMark(props: { level: DoctorLevel; iconOnly?: boolean }) {
  const { level, iconOnly } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const Icon = ICONS[level];
  return (
    <span className={styles.mark} data-level={level}>
      <Icon className={styles.icon} aria-hidden />
      {!iconOnly && t(`doctor.level.${level}`)}
    </span>
  );
}
