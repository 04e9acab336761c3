import {
  createExternalRouteRef,
  createRouteRef,
  createSubRouteRef,
} from '@backstage/core-plugin-api';

export const legacyRootRouteRef = createRouteRef({ id: 'gitops' });

export const legacyObjectRouteRef = createSubRouteRef({
  id: 'gitops-object',
  parent: legacyRootRouteRef,
  path: '/objects/:home/:kind/:namespace/:name',
});

export const legacyDoctorRouteRef = createSubRouteRef({
  id: 'gitops-doctor',
  parent: legacyRootRouteRef,
  path: '/doctor',
});

// The tab and the card must work in apps that do not mount the page, where the
// routes above cannot be resolved: external ones may be left unbound.
export const legacyRootTargetRef = createExternalRouteRef({
  id: 'gitops-root-target',
  optional: true,
  defaultTarget: 'gitops.root',
});

export const legacyDoctorTargetRef = createExternalRouteRef({
  id: 'gitops-doctor-target',
  optional: true,
  defaultTarget: 'gitops.doctor',
});

export const legacyRegisterRouteRef = createExternalRouteRef({
  id: 'gitops-register',
  optional: true,
  defaultTarget: 'catalog-import.importPage',
});

export const legacyObjectTargetRef = createExternalRouteRef({
  id: 'gitops-object-target',
  optional: true,
  params: ['home', 'kind', 'namespace', 'name'],
  defaultTarget: 'gitops.object',
});
