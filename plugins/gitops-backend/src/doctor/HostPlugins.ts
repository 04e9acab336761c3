import {
  RootInstanceMetadataService,
  RootSystemMetadataService,
} from '@backstage/backend-plugin-api';

/** Where a plugin of the portal is, as far as this backend knows. */
export type PluginPlace =
  /** In this backend, with these modules. */
  | { at: 'here'; modules: ReadonlySet<string> }
  /** In another one, by `discovery.endpoints`. */
  | { at: 'elsewhere' }
  | { at: 'nowhere' };

/** Which plugins this backend has, and which it knows to be in others. */
export class HostPlugins {
  private readonly instance: RootInstanceMetadataService;
  private readonly system: RootSystemMetadataService;

  constructor(options: {
    instance: RootInstanceMetadataService;
    system: RootSystemMetadataService;
  }) {
    this.instance = options.instance;
    this.system = options.system;
  }

  async find(pluginId: string): Promise<PluginPlace> {
    const installed = await this.instance.getInstalledPlugins();
    const here = installed.find(plugin => plugin.pluginId === pluginId);
    if (here) {
      const modules = new Set(here.modules.map(({ moduleId }) => moduleId));
      return { at: 'here', modules };
    }
    const known = await this.system.getInstalledPlugins();
    return known.some(plugin => plugin.pluginId === pluginId)
      ? { at: 'elsewhere' }
      : { at: 'nowhere' };
  }
}
