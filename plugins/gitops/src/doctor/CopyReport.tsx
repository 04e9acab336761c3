import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { DoctorReport } from '@backstage-gitops/plugin-gitops-common';
import { Button } from '@backstage/ui';
import { RiFileCopyLine } from '@remixicon/react';
import { gitopsTranslationRef } from '../text/translation';

/** The whole report as JSON, for whoever is asked for help. */
export function CopyReport(props: { report: DoctorReport }) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const [copied, setCopied] = useState<DoctorReport>();
  // Browsers have none on pages without TLS.
  const { clipboard } = navigator;
  if (!clipboard) return null;
  const copy = () =>
    clipboard.writeText(`${JSON.stringify(props.report, null, 2)}\n`).then(
      () => setCopied(props.report),
      () => setCopied(undefined),
    );
  return (
    <Button
      size="small"
      variant="tertiary"
      iconStart={<RiFileCopyLine aria-hidden />}
      onPress={copy}
    >
      {copied === props.report ? t('doctor.copied') : t('doctor.copy')}
    </Button>
  );
}
