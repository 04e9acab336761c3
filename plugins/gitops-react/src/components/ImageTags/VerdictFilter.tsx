import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  ImageCandidates,
  TagVerdict,
} from '@backstage-gitops/plugin-gitops-common';
import { TAG_VERDICTS } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { CountSwitches } from '../CountSwitches/CountSwitches';
import { TagVerdictLabel } from './TagVerdictLabel';

/** One switch for each verdict there is, with how many tags have it. */
export function VerdictFilter(props: {
  counts: ImageCandidates['counts'];
  value: readonly TagVerdict[];
  onChange(value: TagVerdict[]): void;
}) {
  const { counts, value, onChange } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <CountSwitches
      label={t('tags.verdicts')}
      items={TAG_VERDICTS.map(verdict => ({
        id: verdict,
        name: t(`tags.verdict.${verdict}`),
        count: counts[verdict],
        content: <TagVerdictLabel verdict={verdict} />,
      }))}
      value={value}
      onChange={onChange}
    />
  );
}
