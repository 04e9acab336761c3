import { isError } from '@backstage/errors';
import {
  DOCTOR_LEVELS,
  DoctorFinding,
  DoctorLevel,
  DoctorReport,
  DoctorSection,
} from '@backstage-gitops/plugin-gitops-common';
import { showLocation } from '../catalog/showLocation';
import { DoctorCheck, DoctorSections } from './DoctorCheck';
import { inTime } from './inTime';

/** Reads one section of the report. */
export type ReadSection<K extends DoctorSection> = (
  signal: AbortSignal,
) => Promise<DoctorSections[K]>;

/** What {@link Doctor} is made of. */
export interface DoctorOptions {
  sections: { [K in DoctorSection]: ReadSection<K> };
  checks: readonly DoctorCheck[];
  /** Of the plugin. */
  version: string;
  /** Names this process. */
  process: string;
  /** What each section, and then each check, may take. Default 8 s. */
  timeoutMs?: number;
  now?: () => number;
}

const DEFAULT_TIMEOUT_MS = 8_000;
const NAMES: Readonly<Record<DoctorSection, string>> = {
  homes: 'The homes',
  registrations: 'What is registered in the catalog',
  objects: 'The objects',
  queue: 'The work queue',
};

/**
 * Makes the report: reads all sections, then runs all checks over them, each for
 * itself and for a limited time. Whatever fails becomes a finding; there always
 * is a report.
 */
export class Doctor {
  private readonly options: Required<DoctorOptions>;
  private underWay: Promise<DoctorReport> | undefined;

  constructor(options: DoctorOptions) {
    this.options = { timeoutMs: DEFAULT_TIMEOUT_MS, now: Date.now, ...options };
  }

  /** Whoever asks while a report is made gets that one. */
  report(): Promise<DoctorReport> {
    this.underWay ??= this.make().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private async make(): Promise<DoctorReport> {
    const { checks, now, process, version } = this.options;
    const at = new Date(now()).toISOString();
    const findings: DoctorFinding[] = [];
    const [homes, registrations, objects, queue] = await Promise.all([
      this.read('homes', findings),
      this.read('registrations', findings),
      this.read('objects', findings),
      this.read('queue', findings),
    ]);
    const sections: DoctorSections = { homes, registrations, objects, queue };
    const found = await Promise.all(
      checks.map(check => this.run(check, sections)),
    );
    findings.push(...found.flat());
    // The order of the checks stays within a level.
    findings.sort((a, b) => rankOf(a) - rankOf(b));
    return {
      at,
      version,
      process,
      level: findings[0]?.level ?? 'ok',
      counts: countLevels(findings),
      findings,
      ...(homes && { homes }),
      ...(registrations && { registrations }),
      ...(objects && { objects }),
      ...(queue && { queue }),
    };
  }

  private async read<K extends DoctorSection>(
    section: K,
    findings: DoctorFinding[],
  ): Promise<DoctorSections[K]> {
    const { sections, timeoutMs } = this.options;
    try {
      return await inTime(timeoutMs, sections[section]);
    } catch (error) {
      findings.push({
        check: `doctor.${section}`,
        level: 'error',
        title: `${NAMES[section]} could not be looked at: ${reasonOf(error)}`,
        meaning:
          'This part of the report is missing, and nobody has checked it.',
        action:
          'Reload the report. If it stays, look at the log of the backend and at the plugin database.',
      });
      return undefined;
    }
  }

  private async run(
    check: DoctorCheck,
    sections: DoctorSections,
  ): Promise<DoctorFinding[]> {
    try {
      const found = await inTime(this.options.timeoutMs, signal =>
        check.run(sections, signal),
      );
      return found.map(finding => ({ check: check.id, ...finding }));
    } catch (error) {
      return [
        {
          check: check.id,
          level: 'unknown',
          title: `The check ${check.id} failed: ${reasonOf(error)}`,
          meaning: 'What it looks at may be well or not.',
          action:
            'Reload the report. If it stays, look at the log of the backend.',
        },
      ];
    }
  }
}

function rankOf({ level }: DoctorFinding): number {
  return DOCTOR_LEVELS.indexOf(level);
}

function countLevels(
  findings: readonly DoctorFinding[],
): Record<DoctorLevel, number> {
  const counts = { error: 0, warning: 0, unknown: 0, ok: 0 };
  findings.forEach(({ level }) => {
    counts[level] += 1;
  });
  return counts;
}

/** Messages may hold addresses; these without users and passwords. */
function reasonOf(error: unknown): string {
  return showLocation(isError(error) ? error.message : String(error));
}
