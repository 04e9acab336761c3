import type { ReactNode } from 'react';
import { Text } from '@backstage/ui';
import { RemixiconComponentType, RiInboxLine } from '@remixicon/react';
import styles from './EmptyState.module.css';

/** @public */
export interface EmptyStateProps {
  title: string;
  /** Why there is nothing, and how something gets here. */
  children?: ReactNode;
  icon?: RemixiconComponentType;
  /** Buttons or links. */
  actions?: ReactNode;
}

/**
 * Says that there is nothing, why, and what to do.
 *
 * @public
 */
export function EmptyState(props: EmptyStateProps) {
  const { title, children, actions, icon: Icon = RiInboxLine } = props;
  return (
    <section className={styles.empty} aria-label={title}>
      <Icon className={styles.icon} aria-hidden />
      <Text as="h3" variant="title-x-small" weight="bold">
        {title}
      </Text>
      {children && <div className={styles.text}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </section>
  );
}
