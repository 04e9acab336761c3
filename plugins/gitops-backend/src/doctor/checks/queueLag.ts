import { DoctorQueue } from '@backstage-gitops/plugin-gitops-common';
import { DoctorCheck, Finding } from '../DoctorCheck';

/** Work is claimed within a second where there are workers for it. */
const LATE_SECONDS = 60;
const VERY_LATE_SECONDS = 300;

/** What is due must be run soon. */
export const queueLag: DoctorCheck = {
  id: 'queue.lag',
  run: async ({ queue }) => (queue ? [findingOf(queue)] : []),
};

function findingOf(queue: DoctorQueue): Finding {
  const { lagSeconds, due } = queue;
  const section = 'queue' as const;
  if (lagSeconds < LATE_SECONDS) {
    return { level: 'ok', title: 'What is due is run at once', section };
  }
  const [slowest] = [...queue.kinds].sort(
    (a, b) => b.lagSeconds - a.lagSeconds,
  );
  const { controller } = slowest;
  const running = queue.kinds
    .filter(kind => kind.controller === controller)
    .reduce((sum, kind) => sum + kind.running, 0);
  const perProcess = queue.workers[controller] ?? 0;
  const isFull = running >= perProcess * queue.processes;
  return {
    level: lagSeconds < VERY_LATE_SECONDS ? 'warning' : 'error',
    title: `Work is ${durationOf(lagSeconds)} late: ${due} ${due === 1 ? 'object is' : 'objects are'} due and nobody runs ${due === 1 ? 'it' : 'them'}`,
    meaning: isFull
      ? `All workers of the controller ${controller} are busy: ${running} runs, with ${perProcess} for each of ${queue.processes} ${queue.processes === 1 ? 'process' : 'processes'}.`
      : `Workers of the controller ${controller} are free, and do not take what is due: the process does not come to it, or cannot write to the plugin database.`,
    action: isFull
      ? 'Allow more at the same time, or add a process of the backend.'
      : 'Look at the log of the backend, at its load, and at the plugin database.',
    ...(isFull && {
      snippet: {
        file: 'app-config.yaml',
        text: `gitops:\n  engine:\n    concurrency:\n      ${controller}: ${perProcess * 2}`,
      },
    }),
    section,
  };
}

function durationOf(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 2) {
    return `${seconds} seconds`;
  }
  return minutes < 120
    ? `${minutes} minutes`
    : `${Math.floor(minutes / 60)} hours`;
}
