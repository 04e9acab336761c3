import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type { ObjectDetail } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { GitopsStatus } from '../GitopsStatus/GitopsStatus';
import { ObjectActions } from '../ObjectActions/ObjectActions';
import { ObjectLink } from '../ObjectLink/ObjectLink';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import styles from './ObjectSummary.module.css';

/** @public */
export interface ObjectHeadingProps {
  detail: ObjectDetail;
  /** Names the object, with a link; a page that is about it needs none. */
  showName?: boolean;
}

/**
 * The state of an object in a word and a sentence, with the buttons.
 *
 * @public
 */
export function ObjectHeading(props: ObjectHeadingProps) {
  const { detail, showName } = props;
  const { status, key } = detail;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  // Failures have a panel of their own, which says it at length.
  const isToldBelow = status.word === 'Failed' || status.word === 'Waiting';
  return (
    <div className={styles.heading}>
      <div className={styles.headingText}>
        <div className={styles.headingLine}>
          <GitopsStatus word={status.word} appearance="badge" />
          {showName && (
            <Text as="h3" variant="title-x-small" weight="bold">
              <ObjectLink objectKey={key} showKind />
            </Text>
          )}
          {status.since && (
            <Text color="secondary">
              {t('object.since')} <RelativeTime time={status.since} />
            </Text>
          )}
        </div>
        {!isToldBelow && <p className={styles.sentence}>{status.sentence}</p>}
      </div>
      <ObjectActions object={detail} />
    </div>
  );
}
