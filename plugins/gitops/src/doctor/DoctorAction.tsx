import { useMemo } from 'react';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { GitopsLinksProvider } from '@backstage-gitops/plugin-gitops-react';
import { doctorRouteRef } from '../routes';
import { DoctorLink } from './DoctorLink';

/** {@link DoctorLink} in the header that the new frontend system gives the page. */
export function DoctorAction() {
  const doctorPath = useRouteRef(doctorRouteRef);
  const links = useMemo(
    () => (doctorPath ? { doctor: () => doctorPath() } : {}),
    [doctorPath],
  );
  return (
    <GitopsLinksProvider links={links}>
      <DoctorLink />
    </GitopsLinksProvider>
  );
}
