import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { PluginHeader } from '@backstage/ui';
import { RiGitBranchLine } from '@remixicon/react';
import { LegacyPluginFrame } from '../links/LegacyPluginFrame';
import { DoctorLink } from '../doctor/DoctorLink';
import { gitopsTranslationRef } from '../text/translation';
import { GitopsRouter } from './GitopsRouter';

/** The pages, with the header that the new frontend system gives by itself. */
export function LegacyGitopsPage() {
  const { t } = useTranslationRef(gitopsTranslationRef);
  return (
    <LegacyPluginFrame>
      <PluginHeader
        title={t('title')}
        icon={<RiGitBranchLine />}
        customActions={<DoctorLink />}
      />
      <GitopsRouter />
    </LegacyPluginFrame>
  );
}
