import {
  ApiBlueprint,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
  PageBlueprint,
  PluginHeaderActionBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { GitopsClient } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '@backstage-gitops/plugin-gitops-react';
import { RiGitBranchLine } from '@remixicon/react';
import {
  isGitopsAvailable,
  isGitopsCardAvailable,
} from './entity/entityObject';
import { PluginFrame } from './links/PluginFrame';
import {
  doctorRouteRef,
  objectRouteRef,
  registerRouteRef,
  rootRouteRef,
} from './routes';

const icon = <RiGitBranchLine />;

const gitopsApi = ApiBlueprint.make({
  params: define =>
    define({
      api: gitopsApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: services => new GitopsClient(services),
    }),
});

const gitopsPage = PageBlueprint.make({
  params: {
    path: '/gitops',
    title: 'GitOps',
    icon,
    routeRef: rootRouteRef,
    loader: async () => {
      const { GitopsRouter } = await import('./pages/GitopsRouter');
      return (
        <PluginFrame>
          <GitopsRouter />
        </PluginFrame>
      );
    },
  },
});

const gitopsDoctorAction = PluginHeaderActionBlueprint.make({
  name: 'doctor',
  params: {
    loader: async () => {
      const { DoctorAction } = await import('./doctor/DoctorAction');
      return <DoctorAction />;
    },
  },
});

const gitopsEntityContent = EntityContentBlueprint.make({
  params: {
    path: '/gitops',
    title: 'GitOps',
    group: 'deployment',
    icon,
    filter: isGitopsAvailable,
    loader: async () => {
      const { EntityGitopsContent } =
        await import('./entity/EntityGitopsContent');
      return (
        <PluginFrame>
          <EntityGitopsContent />
        </PluginFrame>
      );
    },
  },
});

const gitopsEntityCard = EntityCardBlueprint.make({
  params: {
    type: 'info',
    filter: isGitopsCardAvailable,
    loader: async () => {
      const { EntityGitopsCard } = await import('./entity/EntityGitopsCard');
      return (
        <PluginFrame>
          <EntityGitopsCard />
        </PluginFrame>
      );
    },
  },
});

/**
 * The plugin for apps on the new frontend system: the page `/gitops`, the
 * report of the doctor, the entity tab, the overview card and the client of the API.
 *
 * @public
 */
export const gitopsPlugin = createFrontendPlugin({
  pluginId: 'gitops',
  title: 'GitOps',
  icon,
  info: { packageJson: () => import('../package.json') },
  routes: {
    root: rootRouteRef,
    object: objectRouteRef,
    doctor: doctorRouteRef,
  },
  externalRoutes: { register: registerRouteRef },
  extensions: [
    gitopsApi,
    gitopsPage,
    gitopsDoctorAction,
    gitopsEntityContent,
    gitopsEntityCard,
  ],
});
