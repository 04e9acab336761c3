import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  DoctorObjects,
  STATUS_WORDS,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  Facts,
  GitopsStatus,
  ObjectLink,
  useGitopsLinks,
} from '@backstage-gitops/plugin-gitops-react';
import { Link } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { Group, Part, PartCard, partId } from './Part';
import styles from './Doctor.module.css';

/** The objects, and those that nobody owns or that this version refuses. */
export function ObjectsPart(props: { objects: DoctorObjects }) {
  const { counts, totalItems, withoutOwner, unsupported } = props.objects;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const path = useGitopsLinks().objects();
  return (
    <Part id={partId('objects')} title={t('doctor.objects.title')}>
      <PartCard>
        <Facts
          facts={[
            {
              label: t('doctor.objects.total'),
              value: <Link href={path}>{String(totalItems)}</Link>,
            },
            {
              label: t('doctor.objects.byStatus'),
              value:
                totalItems > 0 ? (
                  <ul className={styles.plain}>
                    {STATUS_WORDS.filter(word => counts[word]).map(word => (
                      <li key={word} className={styles.status}>
                        <GitopsStatus word={word} />
                        <Link href={`${path}?status=${word}`}>
                          {String(counts[word])}
                        </Link>
                      </li>
                    ))}
                  </ul>
                ) : undefined,
            },
          ]}
        />
        <ObjectGroup
          title={t('doctor.objects.withoutOwner')}
          list={withoutOwner}
        />
        <ObjectGroup
          title={t('doctor.objects.unsupported')}
          list={unsupported}
        />
      </PartCard>
    </Part>
  );
}

function ObjectGroup(props: {
  title: string;
  list: DoctorObjects['withoutOwner'];
}) {
  const { title, list } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
  if (list.totalItems === 0) return null;
  return (
    <Group
      title={`${title} (${list.totalItems})`}
      note={
        list.totalItems > list.items.length &&
        t('doctor.more', {
          shown: String(list.items.length),
          total: String(list.totalItems),
        })
      }
    >
      <ul className={styles.plain} aria-label={title}>
        {list.items.map(key => (
          <li key={stringifyObjectKey(key)}>
            <ObjectLink objectKey={key} showKind showNamespace />
          </li>
        ))}
      </ul>
    </Group>
  );
}
