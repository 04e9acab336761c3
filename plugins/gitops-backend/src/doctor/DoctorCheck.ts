import {
  DoctorFinding,
  DoctorHome,
  DoctorObjects,
  DoctorQueue,
  DoctorRegistrations,
} from '@backstage-gitops/plugin-gitops-common';

/** What a report says besides its findings; absent is what could not be read. */
export interface DoctorSections {
  homes?: DoctorHome[];
  registrations?: DoctorRegistrations;
  objects?: DoctorObjects;
  queue?: DoctorQueue;
}

/** A finding, of the check that is asked. */
export type Finding = Omit<DoctorFinding, 'check'>;

/**
 * Looks at one thing. It says only what it knows to be so; what cannot be known
 * from here is `unknown`, with how to look. Where it fails, or takes too long,
 * that is told in its place.
 */
export interface DoctorCheck {
  /** The same over releases. */
  readonly id: string;
  run(sections: DoctorSections, signal: AbortSignal): Promise<Finding[]>;
}
