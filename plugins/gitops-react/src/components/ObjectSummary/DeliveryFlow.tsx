import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type {
  CommitDetail,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import { RevisionText } from '../RevisionText/RevisionText';
import { DependencyStep, Flow, FlowStep, SelfStep } from './Flow';
import styles from './DeliveryFlow.module.css';

/** @public */
export interface DeliveryFlowProps {
  detail: ObjectDetail;
}

/**
 * What delivers what, from left to right: source, revision, the object, what
 * it holds or who uses it.
 *
 * @public
 */
export function DeliveryFlow(props: DeliveryFlowProps) {
  const { detail } = props;
  const { key, artifact, inventory, dependants } = detail;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const sources = detail.dependsOn.filter(d => d.relation === 'source');
  const users = dependants.filter(d => d.relation === 'source');
  const revision = artifact?.revision ?? detail.revision;

  const steps: FlowStep[] = [
    ...sources.map((source): FlowStep => [
      `${source.kind}/${source.namespace}/${source.name}`,
      <DependencyStep key="source" home={key.home} dependency={source} />,
    ]),
    ...(revision
      ? [
          [
            'revision',
            <RevisionStep
              key="revision"
              revision={revision}
              commit={artifact?.commit}
            />,
          ] as FlowStep,
        ]
      : []),
  ];
  const self: FlowStep = ['self', <SelfStep key="self" detail={detail} />];
  // A source makes the revision, everything else takes it.
  if (sources.length === 0 && users.length > 0) steps.unshift(self);
  else steps.push(self);
  if (inventory.length > 0) {
    steps.push([
      'inventory',
      <div key="inventory" className={styles.step}>
        <Text color="secondary" variant="body-small">
          {t('inventory.label')}
        </Text>
        <Text weight="bold">
          {t('inventory.count', { count: inventory.length })}
        </Text>
        <Text color="secondary" className={styles.cut}>
          {kindsOf(inventory.map(item => item.kind))}
        </Text>
      </div>,
    ]);
  }
  if (users.length > 0) {
    steps.push([
      'users',
      <div key="users" className={styles.users}>
        {users.slice(0, 3).map(user => (
          <DependencyStep
            key={`${user.kind}/${user.namespace}/${user.name}`}
            home={key.home}
            dependency={user}
          />
        ))}
        {users.length > 3 && (
          <Text color="secondary">+ {users.length - 3}</Text>
        )}
      </div>,
    ]);
  }
  return <Flow label={t('object.delivers')} steps={steps} />;
}

function RevisionStep(props: { revision: string; commit?: CommitDetail }) {
  const { revision, commit } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const subject = commit?.message.split('\n', 1)[0];
  return (
    <div className={styles.step}>
      <Text color="secondary" variant="body-small">
        {t('object.revision')}
      </Text>
      <RevisionText revision={revision} className={styles.revision} />
      {commit && (
        <>
          <span className={styles.subject} title={commit.message}>
            {subject}
          </span>
          <Text color="secondary" variant="body-small" className={styles.cut}>
            {commit.author}, <RelativeTime time={commit.at} />
          </Text>
        </>
      )}
    </div>
  );
}

/** `Deployment, 2 Service`: the kinds, the number where there is more than one. */
function kindsOf(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  kinds.forEach(kind => counts.set(kind, (counts.get(kind) ?? 0) + 1));
  const parts = [...counts].map(([kind, n]) => (n > 1 ? `${n} ${kind}` : kind));
  return parts.length > 4
    ? `${parts.slice(0, 3).join(', ')}, …`
    : parts.join(', ');
}
