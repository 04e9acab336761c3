import { addLine } from '../addLine';
import { DoctorCheck, Finding } from '../DoctorCheck';
import { HostPlugins } from '../HostPlugins';

/** Signals tell browsers that something changed. */
export function hostSignals(plugins: Pick<HostPlugins, 'find'>): DoctorCheck {
  return {
    id: 'host.signals',
    run: async (): Promise<Finding[]> =>
      (await plugins.find('signals')).at === 'nowhere'
        ? [
            {
              level: 'warning',
              title: 'The signals plugin is not installed',
              meaning:
                'Pages learn of changes by asking every ten seconds, instead of within two.',
              action:
                'Add the plugin to the backend, and @backstage/plugin-signals to the dependencies of the app.',
              snippet: addLine('@backstage/plugin-signals-backend'),
            },
          ]
        : [
            {
              level: 'ok',
              title: 'The signals plugin is installed in the backend',
            },
          ],
  };
}
