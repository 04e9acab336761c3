import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  DoctorQueue,
  stringifyObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import {
  Countdown,
  Facts,
  ObjectLink,
  RelativeTime,
} from '@backstage-gitops/plugin-gitops-react';
import { gitopsTranslationRef } from '../text/translation';
import { Group, Part, PartCard, partId } from './Part';
import { PlainTable } from './PlainTable';

const FIGURES = [
  'total',
  'due',
  'running',
  'retrying',
  'waiting',
  'scheduled',
  'asleep',
  'lost',
] as const;

/** The work queue of all processes. */
export function QueuePart(props: { queue: DoctorQueue }) {
  const { queue } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const seconds = (number: number) =>
    t('doctor.queue.seconds', { number: String(number) });
  const workers = Object.entries(queue.workers)
    .map(([controller, number]) => `${controller} ${number}`)
    .join(', ');
  return (
    <Part id={partId('queue')} title={t('doctor.queue.title')}>
      <PartCard>
        <Facts
          facts={[
            { label: t('doctor.queue.lag'), value: seconds(queue.lagSeconds) },
            {
              label: t('doctor.queue.lastClaim'),
              value: queue.lastClaimAt && (
                <RelativeTime time={queue.lastClaimAt} />
              ),
            },
            {
              label: t('doctor.queue.processes'),
              value: String(queue.processes),
            },
            { label: t('doctor.queue.workers'), value: workers },
            {
              label: t('doctor.queue.abandoned'),
              value: queue.abandoned > 0 ? String(queue.abandoned) : undefined,
            },
          ]}
        />
        {queue.kinds.length > 0 && (
          <Group title={t('doctor.queue.byKind')}>
            <PlainTable
              label={t('doctor.queue.byKind')}
              rows={queue.kinds}
              keyOf={({ controller, kind }) => `${controller}/${kind}`}
              columns={[
                { header: t('doctor.kinds.kind'), cell: ({ kind }) => kind },
                ...FIGURES.map(figure => ({
                  header: t(`doctor.queue.${figure}`),
                  isNumber: true,
                  cell: (row: DoctorQueue['kinds'][number]) => row[figure],
                })),
                {
                  header: t('doctor.queue.lag'),
                  isNumber: true,
                  cell: ({ lagSeconds }) => seconds(lagSeconds),
                },
                {
                  header: t('doctor.queue.lastClaim'),
                  cell: ({ lastClaimAt }) =>
                    lastClaimAt ? <RelativeTime time={lastClaimAt} /> : '–',
                },
              ]}
            />
          </Group>
        )}
        <Failing failing={queue.failing} />
      </PartCard>
    </Part>
  );
}

function Failing(props: { failing: DoctorQueue['failing'] }) {
  const { totalItems, items } = props.failing;
  const { t } = useTranslationRef(gitopsTranslationRef);
  if (totalItems === 0) return null;
  const title = `${t('doctor.queue.failing')} (${totalItems})`;
  return (
    <Group
      title={title}
      note={
        totalItems > items.length &&
        t('doctor.more', {
          shown: String(items.length),
          total: String(totalItems),
        })
      }
    >
      <PlainTable
        label={title}
        rows={items}
        keyOf={({ object }) => stringifyObjectKey(object)}
        columns={[
          {
            header: t('doctor.queue.object'),
            cell: ({ object }) => (
              <ObjectLink objectKey={object} showKind showNamespace />
            ),
          },
          {
            header: t('doctor.queue.failures'),
            isNumber: true,
            cell: ({ failures }) => failures,
          },
          {
            header: t('doctor.queue.lostRuns'),
            isNumber: true,
            cell: ({ lost }) => lost,
          },
          {
            header: t('doctor.queue.lastRun'),
            cell: ({ lastFinishedAt }) =>
              lastFinishedAt ? <RelativeTime time={lastFinishedAt} /> : '–',
          },
          {
            header: t('doctor.queue.nextRun'),
            cell: ({ nextRunAt }) =>
              nextRunAt ? <Countdown until={nextRunAt} /> : '–',
          },
        ]}
      />
    </Group>
  );
}
