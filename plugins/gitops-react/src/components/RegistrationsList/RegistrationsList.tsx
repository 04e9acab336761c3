import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { RegistrationRow } from '@backstage-gitops/plugin-gitops-common';
import { Link, Text } from '@backstage/ui';
import { useGitopsLinks } from '../../links/GitopsLinks';
import { gitopsReactTranslationRef } from '../../text/translation';
import { KindIcon } from '../ObjectLink/KindIcon';
import { Countdown, RelativeTime } from '../RelativeTime/RelativeTime';
import { LocationLink } from '../RegistrationNotice/LocationLink';
import { registrationTitle } from '../RegistrationNotice/registrationTitle';
import styles from './RegistrationsList.module.css';

/** @public */
export interface RegistrationsListProps {
  /** Name of the list, for those who do not see it. */
  label: string;
  items: readonly RegistrationRow[];
}

/**
 * Registered manifests, a few lines each: which, what became of it and why,
 * where it stands, since when. Each leads to the tab of its entity, which says
 * what to do.
 *
 * @public
 */
export function RegistrationsList(props: RegistrationsListProps) {
  return (
    <ul className={styles.list} aria-label={props.label}>
      {props.items.map(row => (
        <RegistrationItem key={row.entityRef} row={row} />
      ))}
    </ul>
  );
}

function RegistrationItem(props: { row: RegistrationRow }) {
  const { row } = props;
  const { kind, namespace, name } = row.object;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const links = useGitopsLinks();
  const entity = links.entity(row.entityRef);
  // What is no longer registered has no entity any more, but an object.
  const path =
    row.state === 'Orphaned' && row.home
      ? links.object({ home: row.home, ...row.object })
      : entity && `${entity}/gitops`;
  const shown = `${namespace}/${name}`;
  return (
    <li className={styles.item} data-state={row.state}>
      <div className={styles.head}>
        <span className={styles.name} title={kind}>
          <KindIcon kind={kind} />
          {path ? <Link href={path}>{shown}</Link> : shown}
        </span>
        <Text weight="bold">
          {row.state === 'Applied'
            ? t('registration.applied')
            : t(`registrationTitle.${registrationTitle(row)}`)}
        </Text>
      </div>
      {row.message && <p className={styles.message}>{row.message}</p>}
      <div className={styles.facts}>
        <LocationLink location={row.location} />
        <span>
          {t('error.since')} <RelativeTime time={row.since} />
        </span>
        {row.nextTryAt && row.state !== 'Applied' && (
          <span>
            {t('error.nextTry')} <Countdown until={row.nextTryAt} />
          </span>
        )}
      </div>
    </li>
  );
}
