import { PropsWithChildren, useMemo } from 'react';
import { useRouteRef } from '@backstage/core-plugin-api';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import {
  GitopsLinks,
  GitopsLinksProvider,
  GitopsLiveProvider,
} from '@backstage-gitops/plugin-gitops-react';
import { entityLink, objectParams } from './catalogLinks';
import {
  legacyDoctorTargetRef,
  legacyObjectTargetRef,
  legacyRegisterRouteRef,
  legacyRootTargetRef,
} from './legacyRoutes';

/** As `PluginFrame`, by the routes of `@backstage/core-plugin-api`. */
export function LegacyPluginFrame(props: PropsWithChildren<{}>) {
  const objectsPath = useRouteRef(legacyRootTargetRef);
  const doctorPath = useRouteRef(legacyDoctorTargetRef);
  const objectPath = useRouteRef(legacyObjectTargetRef);
  const registerPath = useRouteRef(legacyRegisterRouteRef);
  const entityPath = useRouteRef(entityRouteRef);
  const links = useMemo<Partial<GitopsLinks>>(
    () => ({
      ...(objectsPath && { objects: () => objectsPath() }),
      ...(doctorPath && { doctor: () => doctorPath() }),
      ...(objectPath && { object: key => objectPath(objectParams(key)) }),
      register: () => registerPath?.(),
      entity: entityLink(entityPath),
    }),
    [objectsPath, doctorPath, objectPath, registerPath, entityPath],
  );
  return (
    <GitopsLinksProvider links={links}>
      <GitopsLiveProvider>{props.children}</GitopsLiveProvider>
    </GitopsLinksProvider>
  );
}
