import { Card, CardBody, Skeleton } from '@backstage/ui';
import styles from './LoadingPanel.module.css';

/** The shape of an object, while it is on its way. */
export function LoadingPanel(props: { label: string }) {
  return (
    <div role="status" aria-busy="true" aria-label={props.label}>
      <Card>
        <CardBody>
          <div className={styles.loading}>
            <Skeleton width="12rem" height="1.75rem" />
            <Skeleton width="60%" height="1rem" />
            <Skeleton width="100%" height="5rem" />
            <Skeleton width="80%" height="1rem" />
          </div>
        </CardBody>
      </Card>
    </div>
  );
}
