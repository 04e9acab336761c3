import { PropsWithChildren, useMemo } from 'react';
import { convertLegacyRouteRef } from '@backstage/core-compat-api';
import { useRouteRef } from '@backstage/frontend-plugin-api';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import {
  GitopsLinks,
  GitopsLinksProvider,
  GitopsLiveProvider,
} from '@backstage-gitops/plugin-gitops-react';
import {
  doctorRouteRef,
  objectRouteRef,
  registerRouteRef,
  rootRouteRef,
} from '../routes';
import { entityLink, objectParams } from './catalogLinks';

const catalogEntityRouteRef = convertLegacyRouteRef(entityRouteRef);

/** Around everything of the plugin: where its pages are, and one feed of changes. */
export function PluginFrame(props: PropsWithChildren<{}>) {
  const objectsPath = useRouteRef(rootRouteRef);
  const doctorPath = useRouteRef(doctorRouteRef);
  const objectPath = useRouteRef(objectRouteRef);
  const registerPath = useRouteRef(registerRouteRef);
  const entityPath = useRouteRef(catalogEntityRouteRef);
  const links = useMemo<Partial<GitopsLinks>>(
    () => ({
      ...(objectsPath && { objects: () => objectsPath() }),
      ...(doctorPath && { doctor: () => doctorPath() }),
      ...(objectPath && { object: key => objectPath(objectParams(key)) }),
      register: () => registerPath?.(),
      ...(entityPath && { entity: entityLink(entityPath) }),
    }),
    [objectsPath, doctorPath, objectPath, registerPath, entityPath],
  );
  return (
    <GitopsLinksProvider links={links}>
      <GitopsLiveProvider>{props.children}</GitopsLiveProvider>
    </GitopsLinksProvider>
  );
}
