import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { CatalogErrorRow } from '@backstage-gitops/plugin-gitops-common';
import { Text } from '@backstage/ui';
import { gitopsReactTranslationRef } from '../../text/translation';
import { LocationLink } from '../RegistrationNotice/LocationLink';
import styles from '../RegistrationsList/RegistrationsList.module.css';
import { RelativeTime } from '../RelativeTime/RelativeTime';

/** @public */
export interface CatalogErrorsListProps {
  /** Name of the list, for those who do not see it. */
  label: string;
  items: readonly CatalogErrorRow[];
}

/**
 * Registered files that the catalog could not take, or not all of: which, why,
 * what to do, since when.
 *
 * @public
 */
export function CatalogErrorsList(props: CatalogErrorsListProps) {
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  return (
    <ul className={styles.list} aria-label={props.label}>
      {props.items.map(row => (
        <li key={`${row.entityRef} ${row.location}`} className={styles.item}>
          <div className={styles.head}>
            <span className={styles.name}>
              <LocationLink location={row.location} />
            </span>
            <Text weight="bold">{t(`catalogError.${row.code}`)}</Text>
          </div>
          <p className={styles.message}>{row.message}</p>
          <p className={styles.message}>{row.hint}</p>
          <div className={styles.facts}>
            <span>
              {t('error.since')} <RelativeTime time={row.since} />
            </span>
            <span>
              {t('catalogError.lastSeen')}{' '}
              <RelativeTime time={row.lastSeenAt} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
