import { Config } from '@backstage/config';
import { DoctorCheck, Finding } from '../DoctorCheck';
import { HostPlugins } from '../HostPlugins';

/** Without the permission framework everybody may do everything. */
export function hostPermissions(options: {
  config: Config;
  plugins: Pick<HostPlugins, 'find'>;
}): DoctorCheck {
  const { config, plugins } = options;
  return {
    id: 'host.permissions',
    run: async (): Promise<Finding[]> => {
      if (!(config.getOptionalBoolean('permission.enabled') ?? false)) {
        return [
          {
            level: 'error',
            title: 'The permission framework is off',
            meaning:
              'Whoever is signed in sees all objects, and may suspend, approve and delete them.',
            action:
              'Switch it on, and install the permission plugin with a policy.',
            snippet: {
              file: 'app-config.yaml',
              text: 'permission:\n  enabled: true',
            },
          },
        ];
      }
      const place = await plugins.find('permission');
      if (place.at === 'here' && place.modules.has('allow-all-policy')) {
        return [
          {
            level: 'warning',
            title: 'The permission policy allows everybody everything',
            meaning:
              'Whoever is signed in sees all objects, and may suspend, approve and delete them.',
            action:
              'Replace plugin-permission-backend-module-allow-all-policy by a policy of your own; the README of plugin-gitops-backend names the permissions and rules.',
          },
        ];
      }
      return [{ level: 'ok', title: 'The permission framework is on' }];
    },
  };
}
