import {
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
