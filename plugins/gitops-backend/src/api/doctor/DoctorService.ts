import { DoctorReport } from '@backstage-gitops/plugin-gitops-common';
import { RequestContext } from '../objects/ObjectsService';

/**
 * The report of the doctor. `Doctor` knows no permissions;
 * `AuthorizedDoctorService` nothing else.
 */
export interface DoctorService {
  report(context: Pick<RequestContext, 'credentials'>): Promise<DoctorReport>;
}
