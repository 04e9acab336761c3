import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type {
  AlertSpec,
  CrossNamespaceObjectReference,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { ObjectLink } from '../ObjectLink/ObjectLink';
import { DependencyStep, Flow, FlowStep, SelfStep } from './Flow';
import styles from './DeliveryFlow.module.css';

const SHOWN = 5;

/** Who is told of what, from left to right: objects, Alerts, Provider. */
export function NotificationFlow(props: { detail: ObjectDetail }) {
  const { detail } = props;
  const { key, dependsOn, dependants } = detail;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const { eventSources = [] } = detail.spec as Partial<AlertSpec>;
  const alerts = dependants.filter(({ kind }) => kind === 'Alert');
  const steps: FlowStep[] = [];
  if (eventSources.length > 0) {
    steps.push([
      'sources',
      <div key="sources" className={styles.step}>
        <Text color="secondary" variant="body-small">
          {t('object.eventsOf')}
        </Text>
        {eventSources.slice(0, SHOWN).map(source => (
          <EventSource
            key={JSON.stringify(source)}
            alert={detail}
            source={source}
          />
        ))}
        <More count={eventSources.length} />
      </div>,
    ]);
  }
  if (alerts.length > 0) {
    steps.push([
      'alerts',
      <div key="alerts" className={styles.users}>
        {alerts.slice(0, SHOWN).map(alert => (
          <DependencyStep
            key={`${alert.namespace}/${alert.name}`}
            home={key.home}
            dependency={alert}
          />
        ))}
        <More count={alerts.length} />
      </div>,
    ]);
  }
  steps.push(['self', <SelfStep key="self" detail={detail} />]);
  dependsOn
    .filter(({ kind }) => kind === 'Provider')
    .forEach(provider =>
      steps.push([
        `provider/${provider.name}`,
        <DependencyStep
          key={provider.name}
          home={key.home}
          dependency={provider}
        />,
      ]),
    );
  return <Flow label={t('object.notifies')} steps={steps} />;
}

function More(props: { count: number }) {
  return props.count > SHOWN ? (
    <Text color="secondary">+ {props.count - SHOWN}</Text>
  ) : null;
}

function EventSource(props: {
  alert: ObjectDetail;
  source: CrossNamespaceObjectReference;
}) {
  const { key } = props.alert;
  const { kind, name, matchLabels } = props.source;
  const { namespace = key.namespace } = props.source;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (name !== '*') {
    return <ObjectLink objectKey={{ home: key.home, kind, namespace, name }} />;
  }
  const labels = Object.entries(matchLabels ?? {}).map(
    ([label, value]) => `${label}=${value}`,
  );
  const place = namespace === key.namespace ? '' : ` ${namespace}`;
  return (
    <Text weight="bold">
      {labels.length > 0
        ? `${kind}${place} ${labels.join(', ')}`
        : t('object.every', { kind: `${kind}${place}` })}
    </Text>
  );
}
