import { Text } from '@backstage/ui';
import type {
  ObjectDetail,
  ObjectStatus,
} from '@backstage-gitops/plugin-gitops-common';
import { shortenHashes } from '../../text/shortenHashes';
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
              <RelativeTime time={status.since} />
            </Text>
          )}
        </div>
        <StatusSentence status={status} />
      </div>
      <ObjectActions object={detail} />
    </div>
  );
}

/**
 * What the object says of its state. Failures and waiting are told at length
 * by {@link ObjectSummary} instead.
 *
 * @public
 */
export function StatusSentence(props: { status: ObjectStatus }) {
  const { word, sentence } = props.status;
  if (word === 'Failed' || word === 'Waiting') return null;
  return (
    <p className={styles.sentence} title={sentence}>
      {shortenHashes(sentence)}
    </p>
  );
}
