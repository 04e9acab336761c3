import type { ReactNode } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import type {
  ImageDelivery,
  ImagePushRow,
  ObjectPlace,
} from '@backstage-gitops/plugin-gitops-common';
import {
  RemixiconComponentType,
  RiArrowRightLine,
  RiCheckLine,
  RiCloseLine,
  RiGitPullRequestLine,
  RiHourglassLine,
  RiLoader4Line,
} from '@remixicon/react';
import { gitopsReactTranslationRef } from '../../text/translation';
import { ObjectLink } from '../ObjectLink/ObjectLink';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { ImageChangeText, policiesOf } from './ImageChanges';
import styles from './ImageUpdates.module.css';

/** @public */
export interface UpdateStepsProps {
  home: string;
  push: ImagePushRow;
}

type StepState = 'done' | 'failed' | 'running' | 'waiting';

const ICONS: Readonly<Record<StepState, RemixiconComponentType>> = {
  done: RiCheckLine,
  failed: RiCloseLine,
  running: RiLoader4Line,
  waiting: RiHourglassLine,
};

const STATES: Readonly<Record<ImageDelivery['state'], StepState>> = {
  delivered: 'done',
  superseded: 'done',
  failed: 'failed',
  running: 'running',
  waiting: 'waiting',
};

/**
 * The way of a new tag into a cluster, from left to right: what was chosen, the
 * commit, what fetched it, what delivered it.
 *
 * @public
 */
export function UpdateSteps(props: UpdateStepsProps) {
  const { home, push } = props;
  const { changes, source, pullRequest, followed, deliveries } = push;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const policies = policiesOf(changes, push.automation.namespace);
  const isFetched = Boolean(push.fetchedAt) || deliveries.some(isBeyondFetch);
  const at = (place: ObjectPlace, options?: { showKind: boolean }) => (
    <ObjectLink objectKey={{ home, ...place }} {...options} />
  );
  return (
    <ol className={styles.steps} aria-label={t('updates.steps')}>
      <Step state="done" title={t('updates.chosen')}>
        <ImageChangeText changes={changes} />
        {policies.slice(0, 2).map(policy => (
          <span key={policy.name}>{at(policy, { showKind: true })}</span>
        ))}
        {policies.length > 2 && (
          <Text color="secondary">+ {policies.length - 2}</Text>
        )}
      </Step>
      <Step state="done" title={t('updates.committed')} time={push.at}>
        <CommitLink push={push} />
        {at(push.automation, { showKind: true })}
      </Step>
      {pullRequest && !followed && (
        <Step
          state={pullRequest.isDone ? 'done' : 'waiting'}
          title={t('updates.pullRequest')}
        >
          <PullRequestLink {...pullRequest} />
        </Step>
      )}
      {followed && (
        <Step
          state={isFetched ? 'done' : 'waiting'}
          title={t(isFetched ? 'updates.fetched' : 'updates.notFetched')}
          time={push.fetchedAt}
        >
          {at(source)}
        </Step>
      )}
      {deliveries.map(delivery => (
        <Step
          key={`${delivery.object.namespace}/${delivery.object.name}`}
          state={STATES[delivery.state]}
          title={t(`updates.delivery.${delivery.state}`)}
          time={delivery.at}
        >
          {at(delivery.object)}
          {delivery.message && (
            <span className={styles.problem}>{delivery.message}</span>
          )}
        </Step>
      ))}
      {!followed && !pullRequest && (
        <Step state="waiting" title={t('updates.notFollowed')}>
          <Text color="secondary">
            {t('updates.notFollowedText', { branch: push.branch })}
          </Text>
        </Step>
      )}
    </ol>
  );
}

function isBeyondFetch({ state }: ImageDelivery): boolean {
  return state !== 'waiting';
}

function Step(props: {
  state: StepState;
  title: string;
  time?: string;
  children: ReactNode;
}) {
  const { state, title, time, children } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const Icon = ICONS[state];
  return (
    <li className={styles.item}>
      <RiArrowRightLine className={styles.arrow} aria-hidden />
      <div className={styles.step}>
        <span className={styles.title} data-state={state}>
          <Icon
            className={styles.icon}
            role="img"
            aria-label={t(`updates.state.${state}`)}
          />
          {title}
          {time && (
            <>
              {' '}
              <RelativeTime time={time} />
            </>
          )}
        </span>
        {children}
      </div>
    </li>
  );
}

/** A commit, to be looked at where the portal knows its host. */
function CommitLink(props: { push: ImagePushRow }) {
  const { commit, commitUrl, message, branch } = props.push;
  const text = (
    <code title={commit}>
      {branch}@{commit.slice(0, 7)}
    </code>
  );
  return (
    <>
      {commitUrl ? (
        <Link href={commitUrl} target="_blank" rel="noopener">
          {text}
        </Link>
      ) : (
        text
      )}
      <span className={styles.subject} title={message}>
        {message.split('\n', 1)[0]}
      </span>
    </>
  );
}

function PullRequestLink(props: { url: string; id: string }) {
  const { url, id } = props;
  const content = (
    <>
      <RiGitPullRequestLine className={styles.icon} aria-hidden /> #{id}
    </>
  );
  return url ? (
    <Link href={url} target="_blank" rel="noopener">
      {content}
    </Link>
  ) : (
    <span>{content}</span>
  );
}
