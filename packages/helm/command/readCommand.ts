import { parseArgs } from 'node:util';

export const HELP = `Renders a chart and prints its objects, as Helm 4.2 does.

  npm run -s helm -- template [NAME] CHART [flags]

CHART is a directory or an archive (.tgz) with all its dependencies in charts/.
NAME is the release's; without one it is release-name. Nothing is fetched and no
cluster is asked: lookup finds nothing.

  -f, --values FILE            values in YAML; several: later ones win; - is the
                               standard input
      --set KEY=VALUE,…        single values
      --set-string KEY=VALUE,… the same, as strings
      --set-json KEY=JSON,…    values in JSON, or one JSON object
      --set-file KEY=FILE,…    contents of files
      --set-literal KEY=VALUE  a string as it stands
  -n, --namespace NAMESPACE    of the release; default: default
      --kube-version VERSION   .Capabilities.KubeVersion
  -a, --api-versions VERSION,… more of .Capabilities.APIVersions
      --is-upgrade             .Release.IsUpgrade instead of .Release.IsInstall
      --include-crds           what is in crds/, too
      --no-hooks               no hooks
      --skip-tests             no tests
  -s, --show-only PATH         only what comes from these templates, such as
                               templates/service.yaml
      --skip-schema-validation values are not checked by values.schema.json
      --debug                  where what was rendered is no YAML, show it
  -h, --help                   this text

  npm run -s helm -- version

Warnings and errors go to the standard error; it ends with 1 where the chart
cannot be rendered.`;

const DEFAULT_NAME = 'release-name';

/** What `template` is to render. */
export interface TemplateCommand {
  verb: 'template';
  name: string;
  chart: string;
  values: string[];
  set: string[];
  setString: string[];
  setJson: string[];
  setFile: string[];
  setLiteral: string[];
  namespace: string;
  kubeVersion?: string;
  apiVersions: string[];
  isUpgrade: boolean;
  includeCrds: boolean;
  noHooks: boolean;
  skipTests: boolean;
  showOnly: string[];
  skipSchema: boolean;
  debug: boolean;
}

/** What the command line asks for. */
export type Command = { verb: 'help' } | { verb: 'version' } | TemplateCommand;

/** A command line that makes no sense. */
export class CommandError extends Error {}

/**
 * Reads the arguments behind `helm`.
 *
 * @throws CommandError
 */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const [verb, ...rest] = positionals;
  if (values.help || verb === 'help' || verb === undefined) {
    return { verb: 'help' };
  }
  if (verb === 'version') {
    return { verb: 'version' };
  }
  if (verb !== 'template') {
    throw new CommandError(`there is no command '${verb}'; there is template`);
  }
  const [name, chart] = readNames(rest);
  return {
    ...{ verb, name, chart },
    values: values.values ?? [],
    set: values.set ?? [],
    setString: values['set-string'] ?? [],
    setJson: values['set-json'] ?? [],
    setFile: values['set-file'] ?? [],
    setLiteral: values['set-literal'] ?? [],
    namespace: values.namespace ?? 'default',
    kubeVersion: values['kube-version'],
    apiVersions: (values['api-versions'] ?? []).flatMap(list =>
      list.split(','),
    ),
    isUpgrade: values['is-upgrade'] ?? false,
    includeCrds: values['include-crds'] ?? false,
    noHooks: values['no-hooks'] ?? false,
    skipTests: values['skip-tests'] ?? false,
    showOnly: values['show-only'] ?? [],
    skipSchema: values['skip-schema-validation'] ?? false,
    debug: values.debug ?? false,
  };
}

/** At most 53 characters, as Helm has it: names of objects have 63. */
const NAME =
  /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

function readNames(rest: readonly string[]): [name: string, chart: string] {
  if (rest.length === 0) {
    throw new CommandError('template needs a chart: a directory or an archive');
  }
  if (rest.length > 2) {
    throw new CommandError(
      `one chart is rendered at a time, not ${rest.slice(1).join(' and ')}`,
    );
  }
  const [name, chart] = rest.length === 1 ? [DEFAULT_NAME, rest[0]] : rest;
  if (!NAME.test(name) || name.length > 53) {
    throw new CommandError(
      `the release cannot be called '${name}': a name has at most 53 small letters, digits, '-' and '.'`,
    );
  }
  return [name, chart];
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const texts = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        values: { ...texts, short: 'f' },
        set: texts,
        'set-string': texts,
        'set-json': texts,
        'set-file': texts,
        'set-literal': texts,
        namespace: { ...text, short: 'n' },
        'kube-version': text,
        'api-versions': { ...texts, short: 'a' },
        'is-upgrade': flag,
        'include-crds': flag,
        'no-hooks': flag,
        'skip-tests': flag,
        'show-only': { ...texts, short: 's' },
        'skip-schema-validation': flag,
        debug: flag,
        help: { ...flag, short: 'h' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    // Everything that it throws is about the arguments.
    const { message } = error as Error;
    throw new CommandError(`${message.split('. ')[0]}; --help lists the flags`);
  }
}
