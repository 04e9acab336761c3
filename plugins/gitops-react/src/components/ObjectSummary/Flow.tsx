import { ReactNode } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import type {
  DependencyDetail,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { RiArrowRightLine } from '@remixicon/react';
import { gitopsReactTranslationRef } from '../../text/translation';
import { GitopsStatus } from '../GitopsStatus/GitopsStatus';
import { ObjectLink } from '../ObjectLink/ObjectLink';
import styles from './DeliveryFlow.module.css';

/** What names a step, and what shows it. */
export type FlowStep = [id: string, content: ReactNode];

/** Steps from left to right, with arrows between them. */
export function Flow(props: { label: string; steps: readonly FlowStep[] }) {
  return (
    <ol className={styles.flow} aria-label={props.label}>
      {props.steps.map(([id, step], index) => (
        <li key={id} className={styles.item}>
          {index > 0 && (
            <RiArrowRightLine className={styles.arrow} aria-hidden />
          )}
          {step}
        </li>
      ))}
    </ol>
  );
}

/** The object that the page is about. */
export function SelfStep(props: { detail: ObjectDetail }) {
  const { key, status } = props.detail;
  return (
    <div className={styles.step}>
      <Text color="secondary" variant="body-small">
        {key.kind}
      </Text>
      <Text weight="bold">{key.name}</Text>
      <GitopsStatus word={status.word} />
    </div>
  );
}

/** An object that it needs, or that needs it. */
export function DependencyStep(props: {
  home: string;
  dependency: DependencyDetail;
}) {
  const { home, dependency } = props;
  const { kind, namespace, name, status } = dependency;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <div className={styles.step}>
      <Text color="secondary" variant="body-small">
        {kind}
      </Text>
      {status ? (
        <>
          <ObjectLink objectKey={{ home, kind, namespace, name }} />
          <GitopsStatus word={status.word} />
        </>
      ) : (
        <>
          <Text weight="bold">{name}</Text>
          <Text color="danger">{t('object.notFound')}</Text>
        </>
      )}
    </div>
  );
}
