import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Text } from '@backstage/ui';
import type {
  ImageCandidates,
  ObjectKey,
  TagVerdict,
} from '@backstage-gitops/plugin-gitops-common';
import { useGitopsImageCandidates } from '../../hooks/useGitopsImages';
import { gitopsReactTranslationRef } from '../../text/translation';
import { LiveContent } from '../LiveContent/LiveContent';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { FoundTags, TagSearch } from './ImageTagList';
import { TagTable } from './TagTable';
import { VerdictFilter } from './VerdictFilter';
import styles from './ImageTags.module.css';

/** @public */
export interface ImageCandidateListProps {
  /** Of an ImagePolicy. */
  objectKey: ObjectKey;
}

/**
 * How an ImagePolicy chooses: what comes first in its order, and of any other tag
 * why it was not chosen.
 *
 * @public
 */
export function ImageCandidateList(props: ImageCandidateListProps) {
  const result = useGitopsImageCandidates(props.objectKey);
  return (
    <LiveContent result={result}>
      {data => <Candidates objectKey={props.objectKey} data={data} />}
    </LiveContent>
  );
}

function Candidates(props: { objectKey: ObjectKey; data: ImageCandidates }) {
  const { objectKey, data } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [search, setSearch] = useState('');
  const [verdict, setVerdict] = useState<TagVerdict[]>([]);
  const isFiltered = search.trim() !== '' || verdict.length > 0;
  const { total, image, scannedAt, problem } = data;
  return (
    <div className={styles.tags}>
      {problem !== undefined && (
        <Alert
          status="warning"
          icon
          title={t('tags.noneChosen')}
          description={problem}
        />
      )}
      <Text color="secondary">
        {t('tags.of', { count: total, image })}
        {scannedAt && (
          <>
            , {t('tags.scanned')} <RelativeTime time={scannedAt} />
          </>
        )}
      </Text>
      {total > 0 && (
        <div className={styles.bar}>
          <VerdictFilter
            counts={data.counts}
            value={verdict}
            onChange={setVerdict}
          />
          <TagSearch value={search} onChange={setSearch} />
        </div>
      )}
      {isFiltered ? (
        <FoundTags
          key={`${search} ${verdict}`}
          objectKey={objectKey}
          search={search}
          verdict={verdict}
        />
      ) : (
        data.items.length > 0 && (
          <>
            <Text weight="bold">{t('tags.first')}</Text>
            <TagTable label={t('tags.first')} items={data.items} />
          </>
        )
      )}
    </div>
  );
}
