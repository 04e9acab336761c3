import {
  createExternalRouteRef,
  createRouteRef,
  createSubRouteRef,
} from '@backstage/frontend-plugin-api';

/** The page with all objects. */
export const rootRouteRef = createRouteRef();

/** The page of one object. */
export const objectRouteRef = createSubRouteRef({
  parent: rootRouteRef,
  path: '/objects/:home/:kind/:namespace/:name',
});

/** The report of the doctor. */
export const doctorRouteRef = createSubRouteRef({
  parent: rootRouteRef,
  path: '/doctor',
});

/** Where manifests are registered, in apps that have such a page. */
export const registerRouteRef = createExternalRouteRef({
  defaultTarget: 'catalog-import.importPage',
});
