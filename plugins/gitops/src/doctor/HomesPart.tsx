import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  DoctorClaim,
  DoctorHome,
  DoctorHomeKind,
} from '@backstage-gitops/plugin-gitops-common';
import { Facts, RelativeTime } from '@backstage-gitops/plugin-gitops-react';
import { Text } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { LevelMark } from './LevelMark';
import { Group, Part, PartCard, partId } from './Part';
import { PlainTable } from './PlainTable';
import styles from './Doctor.module.css';

/** The homes: how they are reached, who writes, which kinds, which claims. */
export function HomesPart(props: { homes: readonly DoctorHome[] }) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  return (
    <Part
      id={partId('homes')}
      title={t('doctor.homes.title')}
      note={props.homes.length === 0 ? t('doctor.homes.none') : undefined}
    >
      {props.homes.map(home => (
        <PartCard key={home.name}>
          <HomeFacts home={home} />
          <Kinds kinds={home.kinds} />
          <Claims claims={home.claims} />
        </PartCard>
      ))}
    </Part>
  );
}

function HomeFacts(props: { home: DoctorHome }) {
  const { home } = props;
  const { cluster, defaultIdentity: identity, lease } = home;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const mode = t(`doctor.homes.mode.${home.mode}`);
  return (
    <>
      <div className={styles.headline}>
        <Text as="h3" variant="body-large" weight="bold">
          {home.name}
        </Text>
        <LevelMark level={home.connected ? 'ok' : 'error'} iconOnly />
        <span className={styles.note}>
          {home.connected
            ? t('doctor.homes.connected')
            : t('doctor.homes.silent')}{' '}
          <RelativeTime time={home.since} />
        </span>
      </div>
      {home.error && <p className={styles.note}>{home.error}</p>}
      <Facts
        facts={[
          {
            label: t('doctor.homes.does'),
            value:
              home.mode === home.configuredMode
                ? mode
                : t('doctor.homes.less', {
                    mode,
                    configured: t(`doctor.homes.mode.${home.configuredMode}`),
                  }),
          },
          { label: t('doctor.homes.reason'), value: home.reason },
          { label: t('doctor.homes.server'), value: home.server },
          { label: t('doctor.homes.version'), value: home.version },
          {
            label: t('doctor.homes.cluster'),
            value: cluster.replaced
              ? t('doctor.homes.replaced', { was: cluster.pinned ?? '–' })
              : cluster.pinned,
          },
          lease && {
            label: t('doctor.homes.lease'),
            value: (
              <>
                {lease.isHeld
                  ? t('doctor.homes.held')
                  : t('doctor.homes.notHeld')}
                {lease.renewedAt && (
                  <span className={styles.where}>
                    {t('doctor.homes.renewed')}{' '}
                    <RelativeTime time={lease.renewedAt} />
                  </span>
                )}
                {lease.holder && (
                  <span className={styles.where}>{lease.holder}</span>
                )}
              </>
            ),
          },
          {
            label: t('doctor.homes.identity'),
            value: {
              serviceAccount: t('doctor.homes.serviceAccount', {
                name: identity.name ?? '',
              }),
              portal: t('doctor.homes.portal'),
              none: t('doctor.homes.noIdentity'),
            }[identity.type],
          },
        ]}
      />
    </>
  );
}

function Kinds(props: { kinds: readonly DoctorHomeKind[] }) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  // What is there without objects needs no line each.
  const isIdle = ({ reconciled, objects, served }: DoctorHomeKind) =>
    !reconciled && (served === false || objects === 0);
  const shown = props.kinds.filter(kind => !isIdle(kind));
  const named = (served: boolean) =>
    props.kinds
      .filter(kind => isIdle(kind) && (kind.served === false) !== served)
      .map(({ kind }) => kind)
      .join(', ');
  const [empty, absent] = [named(true), named(false)];
  return (
    <Group
      title={t('doctor.kinds.title')}
      note={
        (empty || absent) && (
          <>
            {empty && t('doctor.kinds.empty', { kinds: empty })}{' '}
            {absent && t('doctor.kinds.absent', { kinds: absent })}
          </>
        )
      }
    >
      <PlainTable
        label={t('doctor.kinds.title')}
        rows={shown}
        keyOf={({ kind }) => kind}
        columns={[
          {
            header: t('doctor.kinds.kind'),
            cell: ({ kind, apiVersion }) => (
              <>
                {kind}
                <span className={styles.where}>{apiVersion}</span>
              </>
            ),
          },
          {
            header: t('doctor.kinds.objects'),
            isNumber: true,
            cell: ({ objects, isAtLeast }) =>
              objects === undefined ? '–' : `${objects}${isAtLeast ? '+' : ''}`,
          },
          {
            header: t('doctor.kinds.served'),
            cell: ({ served, error }) => (
              <>
                {served === undefined
                  ? t('doctor.kinds.unknown')
                  : t(served ? 'doctor.kinds.yes' : 'doctor.kinds.no')}
                {error && <span className={styles.where}>{error}</span>}
              </>
            ),
          },
          {
            header: t('doctor.kinds.writtenBy'),
            cell: ({ writtenBy }) => t(`doctor.kinds.by.${writtenBy}`),
          },
          {
            header: t('doctor.kinds.watched'),
            cell: ({ watchedSince }) =>
              watchedSince ? (
                <RelativeTime time={watchedSince} />
              ) : (
                t('doctor.kinds.no')
              ),
          },
        ]}
      />
    </Group>
  );
}

function Claims(props: { claims: readonly DoctorClaim[] }) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  if (props.claims.length === 0) {
    return (
      <Group title={t('doctor.claims.title')} note={t('doctor.claims.none')} />
    );
  }
  return (
    <Group title={t('doctor.claims.title')}>
      <PlainTable
        label={t('doctor.claims.title')}
        rows={props.claims}
        keyOf={claim => JSON.stringify(claim)}
        columns={[
          { header: t('doctor.claims.files'), cell: filesOf },
          {
            header: t('doctor.claims.ref'),
            cell: ({ location }) => location.ref ?? t('doctor.claims.any'),
          },
          {
            header: t('doctor.claims.namespaces'),
            cell: ({ namespaces }) => namespaces.join(', '),
          },
          {
            header: t('doctor.claims.serviceAccount'),
            cell: ({ serviceAccount }) => serviceAccount ?? '–',
          },
          {
            header: t('doctor.claims.owner'),
            cell: ({ owner }) => owner ?? '–',
          },
          {
            header: t('doctor.claims.registrations'),
            isNumber: true,
            cell: ({ registrations }) => registrations,
          },
        ]}
      />
    </Group>
  );
}

function filesOf({ location }: DoctorClaim): string {
  const { host, repository, pathPrefix } = location;
  return [host, repository, pathPrefix].filter(Boolean).join('/');
}
