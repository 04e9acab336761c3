import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  StatusCounts,
  StatusWord,
} from '@backstage-gitops/plugin-gitops-common';
import { STATUS_WORDS } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { CountSwitches } from '../CountSwitches/CountSwitches';
import { GitopsStatus } from '../GitopsStatus/GitopsStatus';

interface StatusFilterProps {
  counts?: StatusCounts;
  value: readonly StatusWord[];
  onChange(value: StatusWord[]): void;
}

/** One switch for each state there is, with how many objects are in it. */
export function StatusFilter(props: StatusFilterProps) {
  const { counts = {}, value, onChange } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <CountSwitches
      label={t('filters.status')}
      items={STATUS_WORDS.map(word => ({
        id: word,
        name: t(`status.${word}`),
        count: counts[word],
        content: <GitopsStatus word={word} />,
      }))}
      value={value}
      onChange={onChange}
    />
  );
}
