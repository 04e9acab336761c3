import { addLine } from '../addLine';
import { DoctorCheck, Finding } from '../DoctorCheck';
import { HostPlugins } from '../HostPlugins';

/** Without the events plugin, events stay in the process that made them. */
export function hostEvents(plugins: Pick<HostPlugins, 'find'>): DoctorCheck {
  return {
    id: 'host.events',
    run: async (): Promise<Finding[]> =>
      (await plugins.find('events')).at === 'nowhere'
        ? [
            {
              level: 'warning',
              title: 'The events plugin is not installed',
              meaning:
                'Events stay in the process that made them. One process alone misses nothing; with several, browsers that are connected to another one see changes after ten seconds instead of two.',
              action: 'Add the plugin to the backend.',
              snippet: addLine('@backstage/plugin-events-backend'),
            },
          ]
        : [{ level: 'ok', title: 'The events plugin is installed' }],
  };
}
