import { Config } from '@backstage/config';
import { addLine } from '../addLine';
import { DoctorCheck, Finding } from '../DoctorCheck';
import { HostPlugins } from '../HostPlugins';

/** Templates and agents find our actions only where the host was told of them. */
export function hostActions(options: {
  plugins: Pick<HostPlugins, 'find'>;
  config: Config;
  /** Whether this version registers actions of its own with the actions registry. */
  registersActions: boolean;
}): DoctorCheck {
  const { plugins, config, registersActions } = options;
  return {
    id: 'host.actions',
    run: async (): Promise<Finding[]> => [
      ...ofTemplates(await plugins.find('scaffolder')),
      ...(registersActions ? ofRegistry(config) : []),
    ],
  };
}

function ofTemplates(
  scaffolder: Awaited<ReturnType<HostPlugins['find']>>,
): Finding[] {
  switch (scaffolder.at) {
    case 'here':
      return scaffolder.modules.has('gitops')
        ? [{ level: 'ok', title: 'Software templates have the GitOps actions' }]
        : [
            {
              level: 'warning',
              title: 'Software templates have no GitOps actions',
              meaning:
                'Templates cannot make sources and deliveries; everything else works.',
              action: 'Add the module to the backend that has the scaffolder.',
              snippet: addLine(
                '@backstage-gitops/plugin-scaffolder-backend-module-gitops',
              ),
            },
          ];
    case 'elsewhere':
      return [
        {
          level: 'unknown',
          title:
            'Whether software templates have the GitOps actions cannot be seen from here',
          meaning: 'The scaffolder runs in another backend.',
          action:
            'Look at its list of installed actions (/create/actions) for those that begin with gitops.',
        },
      ];
    default:
      return [];
  }
}

function ofRegistry(config: Config): Finding[] {
  const key = 'backend.actions.pluginSources';
  const sources = config.getOptionalStringArray(key) ?? [];
  if (sources.includes('gitops')) {
    return [{ level: 'ok', title: `${key} has gitops` }];
  }
  return [
    {
      level: 'warning',
      title: `${key} does not have gitops`,
      meaning:
        'The actions that this plugin registers are found by no template and no agent.',
      action: 'Add gitops to the list, and restart the backend.',
      snippet: {
        file: 'app-config.yaml',
        text: `backend:\n  actions:\n    pluginSources: [${[...sources, 'gitops'].join(', ')}]`,
      },
    },
  ];
}
