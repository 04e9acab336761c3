import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  DoctorRegistrations,
  REGISTRATION_STATES,
} from '@backstage-gitops/plugin-gitops-common';
import {
  CatalogErrorsList,
  Facts,
  RegistrationsList,
  RelativeTime,
  useGitopsLinks,
} from '@backstage-gitops/plugin-gitops-react';
import { Link } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { Group, Part, PartCard, partId } from './Part';

/** What is registered in the catalog and needs somebody. */
export function RegistrationsPart(props: {
  registrations: DoctorRegistrations;
}) {
  const { registrations } = props;
  const { counts, lists, rejectedFiles, catalogAnsweredAt } = registrations;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const objects = useGitopsLinks().objects();
  const more = (shown: number, total: number, list?: string) =>
    total > shown && (
      <>
        {t('doctor.more', { shown: String(shown), total: String(total) })}{' '}
        {list && (
          <Link href={`${objects}?registrations=${list}`}>
            {t('doctor.allOfThem')}
          </Link>
        )}
      </>
    );
  const filesTitle = t('doctor.registrations.files', {
    count: rejectedFiles.totalItems,
  });
  return (
    <Part id={partId('registrations')} title={t('doctor.registrations.title')}>
      <PartCard>
        <Facts
          facts={[
            {
              label: t('doctor.registrations.total'),
              value: String(registrations.totalItems),
            },
            ...REGISTRATION_STATES.map(state => ({
              label: t(`doctor.registrations.state.${state}`),
              value: counts[state] && String(counts[state]),
            })),
            {
              label: t('doctor.registrations.catalog'),
              value: catalogAnsweredAt ? (
                <RelativeTime time={catalogAnsweredAt} />
              ) : (
                t('doctor.registrations.never')
              ),
            },
          ]}
        />
        {rejectedFiles.totalItems > 0 && (
          <Group
            title={filesTitle}
            note={more(
              rejectedFiles.items.length,
              rejectedFiles.totalItems,
              'files',
            )}
          >
            <CatalogErrorsList label={filesTitle} items={rejectedFiles.items} />
          </Group>
        )}
        {lists.map(({ state, totalItems, items }) => {
          const title = `${t(`doctor.registrations.state.${state}`)} (${totalItems})`;
          return (
            <Group
              key={state}
              title={title}
              note={more(
                items.length,
                totalItems,
                state === 'Orphaned' ? undefined : 'unapplied',
              )}
            >
              <RegistrationsList label={title} items={items} />
            </Group>
          );
        })}
      </PartCard>
    </Part>
  );
}
