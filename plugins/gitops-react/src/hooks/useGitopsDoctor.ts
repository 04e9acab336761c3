import { useApi } from '@backstage/frontend-plugin-api';
import type { DoctorReport } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { LiveResult, useLiveData } from '../live/useLiveData';

/**
 * The report of the doctor. It is made once, and anew by `refresh` alone: it
 * asks every home.
 *
 * @public
 */
export function useGitopsDoctor(): LiveResult<DoctorReport> {
  const api = useApi(gitopsApiRef);
  return useLiveData<DoctorReport>({
    id: 'doctor',
    load: signal => api.getDoctorReport({ signal }),
    concerns: () => false,
  });
}
