import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import {
  Condition,
  NEGATIVE_CONDITION_TYPES,
  sortConditions,
} from '@backstage-gitops/plugin-gitops-common';
import {
  RiCheckLine,
  RiCloseLine,
  RiQuestionLine,
  RiSubtractLine,
} from '@remixicon/react';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';
import { RelativeTime } from '../RelativeTime/RelativeTime';
import styles from './ConditionList.module.css';

/** @public */
export interface ConditionListProps {
  conditions: readonly Condition[];
  /** Generation of the object; marks conditions that speak of an older one. */
  generation?: number;
}

type Mood = 'good' | 'bad' | 'neutral' | 'unknown';

const ICONS = {
  good: RiCheckLine,
  bad: RiCloseLine,
  neutral: RiSubtractLine,
  unknown: RiQuestionLine,
} as const;

/**
 * The conditions of an object, in the order in which Flux writes them.
 *
 * @public
 */
export function ConditionList(props: ConditionListProps) {
  const { conditions, generation } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  if (conditions.length === 0) {
    return (
      <EmptyState title={t('conditions.empty')}>
        {t('conditions.emptyText')}
      </EmptyState>
    );
  }
  return (
    <ul className={styles.list} aria-label={t('conditions.label')}>
      {sortConditions(conditions).map(condition => {
        const mood = moodOf(condition);
        const Icon = ICONS[mood];
        const observed = condition.observedGeneration;
        const behind =
          observed !== undefined &&
          generation !== undefined &&
          observed < generation;
        return (
          <li key={condition.type} className={styles.item}>
            <Icon className={styles.icon} data-mood={mood} aria-hidden />
            <div className={styles.text}>
              <div className={styles.head}>
                <Text weight="bold">{condition.type}</Text>
                <Text color="secondary">
                  {t(`conditions.${condition.status}`)}, {condition.reason}
                </Text>
                <Text color="secondary" className={styles.time}>
                  <RelativeTime time={condition.lastTransitionTime} />
                </Text>
              </div>
              <div className={styles.message}>{condition.message}</div>
              {behind && (
                <Text color="warning">
                  {t('conditions.behind', {
                    observed: String(observed),
                    generation: String(generation),
                  })}
                </Text>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function moodOf(condition: Condition): Mood {
  if (condition.status === 'Unknown') return 'unknown';
  const isNegative = NEGATIVE_CONDITION_TYPES.has(condition.type);
  if (isNegative) {
    if (condition.status === 'False') return 'good';
    return condition.type === 'Reconciling' ? 'neutral' : 'bad';
  }
  return condition.status === 'True' ? 'good' : 'bad';
}
