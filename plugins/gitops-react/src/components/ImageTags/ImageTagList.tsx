import { ReactNode, useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, SearchField, Text } from '@backstage/ui';
import type {
  ImageTagList as Tags,
  ObjectKey,
  TagVerdict,
} from '@backstage-gitops/plugin-gitops-common';
import { useGitopsImageTags } from '../../hooks/useGitopsImages';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';
import { LiveContent } from '../LiveContent/LiveContent';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { TagTable } from './TagTable';
import styles from './ImageTags.module.css';

/** @public */
export interface ImageTagListProps {
  /** Of an ImageRepository. */
  objectKey: ObjectKey;
}

const PAGE = 50;
/** What one question may ask for; more is found by search. */
const MOST = 1_000;

/**
 * The tags that the last scan of an image found, to be searched.
 *
 * @public
 */
export function ImageTagList(props: ImageTagListProps) {
  const { objectKey } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [search, setSearch] = useState('');
  return (
    <div className={styles.tags}>
      <TagSearch value={search} onChange={setSearch} />
      <FoundTags
        key={search}
        objectKey={objectKey}
        search={search}
        showImage
        none={
          <EmptyState title={t('tags.empty')}>{t('tags.emptyText')}</EmptyState>
        }
      />
    </div>
  );
}

/** A field for part of a tag. */
export function TagSearch(props: {
  value: string;
  onChange(value: string): void;
}) {
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <SearchField
      size="small"
      aria-label={t('tags.search')}
      placeholder={t('tags.search')}
      className={styles.search}
      {...props}
    />
  );
}

/** Tags that match, and more of them at the press of a button. */
export function FoundTags(props: {
  objectKey: ObjectKey;
  search: string;
  verdict?: readonly TagVerdict[];
  /** Says of which image they are. */
  showImage?: boolean;
  /** In place of tags, where the image has none at all. */
  none?: ReactNode;
}) {
  const { objectKey, search, verdict = [], showImage, none } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [limit, setLimit] = useState(PAGE);
  const text = search.trim();
  const result = useGitopsImageTags(objectKey, {
    limit,
    ...(text && { search: text }),
    ...(verdict.length > 0 && { verdict }),
  });
  const isAll = text === '' && verdict.length === 0;
  return (
    <LiveContent result={result}>
      {data =>
        data.items.length === 0 ? (
          <>
            {isAll ? none : <Text color="secondary">{t('tags.noMatch')}</Text>}
          </>
        ) : (
          <>
            {showImage && <Scan tags={data} />}
            <TagTable
              label={t('tags.label')}
              items={data.items}
              isStale={result.isStale}
            />
            {data.pageInfo.nextCursor && limit < MOST && (
              <Button
                variant="secondary"
                size="small"
                className={styles.more}
                onPress={() => setLimit(Math.min(limit * 2, MOST))}
              >
                {t('events.more')}
              </Button>
            )}
          </>
        )
      }
    </LiveContent>
  );
}

function Scan(props: { tags: Pick<Tags, 'image' | 'scannedAt'> }) {
  const { image, scannedAt } = props.tags;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <Text color="secondary">
      <code>{image}</code>
      {scannedAt && (
        <>
          , {t('tags.scanned')} <RelativeTime time={scannedAt} />
        </>
      )}
    </Text>
  );
}
