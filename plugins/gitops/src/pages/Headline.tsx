import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { StatusCounts } from '@backstage-gitops/plugin-gitops-common';
import { Text } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';

/** The state of everything that is listed, in one sentence. */
export function Headline(props: { counts: StatusCounts }) {
  const { counts } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  // What waits, goes on by itself; what was suspended, was so on purpose.
  const needing = (counts.Failed ?? 0) + (counts.Drifted ?? 0);
  if (total === 0) return null;
  const sentence = () => {
    if (needing > 0 && total === 1) return t('list.onlyNeeds');
    if (needing > 0) {
      return t('list.needs', { count: needing, total: String(total) });
    }
    return counts.Ready === total
      ? t('list.allFine', { count: total })
      : t('list.noneNeeds', { count: total });
  };
  return (
    <Text as="h2" variant="title-small" weight="bold" role="status">
      {sentence()}
    </Text>
  );
}
