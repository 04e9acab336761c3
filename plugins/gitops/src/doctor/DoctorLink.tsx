import { useLocation } from 'react-router-dom';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { gitopsDoctorReadPermission } from '@backstage-gitops/plugin-gitops-common';
import { useGitopsLinks } from '@backstage-gitops/plugin-gitops-react';
import { ButtonLink } from '@backstage/ui';
import { RiStethoscopeLine } from '@remixicon/react';
import { gitopsTranslationRef } from '../text/translation';

/** The way to the report of the doctor, for those who may see it. */
export function DoctorLink() {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const path = useGitopsLinks().doctor();
  const isThere = useLocation().pathname.endsWith(path);
  const { allowed } = usePermission({ permission: gitopsDoctorReadPermission });
  return allowed && !isThere ? (
    <ButtonLink
      size="small"
      variant="secondary"
      href={path}
      iconStart={<RiStethoscopeLine aria-hidden />}
    >
      {t('doctor.title')}
    </ButtonLink>
  ) : null;
}
