import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { TagVerdict } from '@backstage-gitops/plugin-gitops-common';
import {
  RemixiconComponentType,
  RiCheckboxCircleFill,
  RiCheckLine,
  RiFilterOffLine,
  RiHashtag,
  RiScissorsCutLine,
} from '@remixicon/react';
import { gitopsReactTranslationRef } from '../../text/translation';
import styles from './ImageTags.module.css';

const ICONS: Readonly<Record<TagVerdict, RemixiconComponentType>> = {
  chosen: RiCheckboxCircleFill,
  behind: RiCheckLine,
  'out-of-range': RiScissorsCutLine,
  'not-a-version': RiHashtag,
  filtered: RiFilterOffLine,
};

/** What a policy makes of a tag: icon and words, always together. */
export function TagVerdictLabel(props: { verdict: TagVerdict }) {
  const { verdict } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const Icon = ICONS[verdict];
  return (
    <span className={styles.verdict} data-verdict={verdict}>
      <Icon className={styles.icon} aria-hidden />
      {t(`tags.verdict.${verdict}`)}
    </span>
  );
}
