import type { ReactNode } from 'react';
import type { DoctorSection } from '@backstage-gitops/plugin-gitops-common';
import { Card, CardBody, Text } from '@backstage/ui';
import styles from './Doctor.module.css';

/** Where findings lead to. */
export function partId(section: DoctorSection): string {
  return `doctor-${section}`;
}

/** A part of the report, with its heading. */
export function Part(props: {
  id?: string;
  title: string;
  /** One sentence below the heading. */
  note?: ReactNode;
  children?: ReactNode;
}) {
  const { id, title, note, children } = props;
  return (
    <section id={id} aria-label={title} className={styles.part}>
      <div className={styles.group}>
        <Text as="h2" variant="title-x-small" weight="bold">
          {title}
        </Text>
        {note && <p className={styles.note}>{note}</p>}
      </div>
      {children}
    </section>
  );
}

/** Something with a heading inside of a part. */
export function PartCard(props: { children: ReactNode }) {
  return (
    <Card>
      <CardBody>
        <div className={styles.part}>{props.children}</div>
      </CardBody>
    </Card>
  );
}

/** A heading, what is below it, and how much more there is. */
export function Group(props: {
  title: ReactNode;
  note?: ReactNode;
  children?: ReactNode;
}) {
  const { title, note, children } = props;
  return (
    <div className={styles.group}>
      <Text as="h4" weight="bold">
        {title}
      </Text>
      {children}
      {note && <p className={styles.note}>{note}</p>}
    </div>
  );
}
