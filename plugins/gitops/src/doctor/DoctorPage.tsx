import { useState } from 'react';
import {
  BreadcrumbEntry,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import {
  DoctorReport,
  gitopsDoctorReadPermission,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ErrorPanel,
  ForbiddenState,
  isForbidden,
  LiveResult,
  RelativeTime,
  StaleNotice,
  useGitopsDoctor,
  useGitopsLinks,
} from '@backstage-gitops/plugin-gitops-react';
import { Button, Container, Header, Text } from '@backstage/ui';
import { RiRefreshLine } from '@remixicon/react';
import { LoadingPanel } from '../panel/LoadingPanel';
import { gitopsTranslationRef } from '../text/translation';
import { CopyReport } from './CopyReport';
import { Findings } from './Findings';
import { HomesPart } from './HomesPart';
import { LevelMark } from './LevelMark';
import { ObjectsPart } from './ObjectsPart';
import { QueuePart } from './QueuePart';
import { RegistrationsPart } from './RegistrationsPart';
import styles from './Doctor.module.css';

/** The report of the doctor: whether all is well, and what to do where it is not. */
export function DoctorPage() {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const path = useGitopsLinks().doctor();
  const result = useGitopsDoctor();
  const { data } = result;
  const mayNot = isForbidden(result.error);
  return (
    <BreadcrumbEntry entry={{ label: t('doctor.title'), href: path }}>
      <Header
        title={t('doctor.title')}
        customActions={
          mayNot ? undefined : (
            <div className={styles.actions}>
              {data && <CopyReport report={data} />}
              <Reload result={result} />
            </div>
          )
        }
      />
      <Container py="4">
        {data && !mayNot ? (
          <div className={styles.page}>
            <StaleNotice result={result} />
            <Summary report={data} />
            <Findings findings={data.findings} />
            {data.homes && <HomesPart homes={data.homes} />}
            {data.registrations && (
              <RegistrationsPart registrations={data.registrations} />
            )}
            {data.objects && <ObjectsPart objects={data.objects} />}
            {data.queue && <QueuePart queue={data.queue} />}
          </div>
        ) : (
          <NoReport result={result} />
        )}
      </Container>
    </BreadcrumbEntry>
  );
}

function NoReport(props: { result: LiveResult<DoctorReport> }) {
  const { error, nextTryAt, refresh } = props.result;
  const { t } = useTranslationRef(gitopsTranslationRef);
  if (!error) return <LoadingPanel label={t('doctor.loading')} />;
  if (isForbidden(error)) {
    return (
      <ForbiddenState
        error={error}
        permission={gitopsDoctorReadPermission.name}
      />
    );
  }
  return (
    <ErrorPanel
      title={t('doctor.failed')}
      error={error}
      where={t('doctor.title')}
      nextTryAt={nextTryAt}
      onRetry={refresh}
    />
  );
}

function Summary(props: { report: DoctorReport }) {
  const { at, counts, level, process, version } = props.report;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const problems = counts.error + counts.warning;
  return (
    <div className={styles.group}>
      <div className={styles.headline} role="status">
        <LevelMark level={level} iconOnly />
        <Text as="h2" variant="title-small" weight="bold">
          {problems === 0
            ? t('doctor.allWell')
            : t('doctor.problems', { count: problems })}
          {counts.unknown > 0 && t('doctor.unknown', { count: counts.unknown })}
        </Text>
      </div>
      <p className={styles.note}>
        {t('doctor.madeBy', { process, version })} <RelativeTime time={at} />
      </p>
    </div>
  );
}

/** A report takes as long as the slowest home; the button says that it is on its way. */
function Reload(props: { result: LiveResult<DoctorReport> }) {
  const { askedAt = 0, error, isLoading, refresh } = props.result;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const [pressedAt, setPressedAt] = useState(0);
  const isReading = isLoading || (askedAt < pressedAt && !error);
  return (
    <Button
      size="small"
      variant="secondary"
      iconStart={<RiRefreshLine aria-hidden />}
      loading={isReading}
      onPress={() => {
        setPressedAt(Date.now());
        refresh();
      }}
    >
      {t('doctor.reload')}
    </Button>
  );
}
