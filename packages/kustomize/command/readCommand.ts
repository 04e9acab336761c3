import { parseArgs } from 'node:util';
import { BuildOptions } from '../src';

export const HELP = `Builds a kustomization and prints its objects, as kustomize 5.8 does.

  npm run -s kustomize -- build [DIR] [flags]

DIR is a directory with a kustomization file; without one, it is the current
directory. Nothing is fetched and no program is run.

  -o, --output PATH          write to a file, or into a directory (a file each)
      --load-restrictor KIND LoadRestrictionsRootOnly (default): files only from
                             in or below their kustomization's directory;
                             LoadRestrictionsNone: from anywhere
      --reorder ORDER        none: as they were read; legacy: by kind. Better
                             written as sortOptions in the kustomization
      --enable-managedby-label, --add-managedby-label
                             label what is built with what built it
  -h, --help                 this text

  npm run -s kustomize -- version

Warnings and errors go to the standard error; it ends with 1 where the build
fails.`;

/** What the command line asks for. */
export type Command =
  | { verb: 'help' }
  | { verb: 'version' }
  | {
      verb: 'build';
      directory: string;
      output?: string;
      options: BuildOptions;
      warnings: string[];
    };

/** A command line that makes no sense. */
export class CommandError extends Error {}

const RUNS_PROGRAMS = 'no plugin, function or chart is run here';
// Flags of kustomize that turn on what is never done here.
const REFUSED: Readonly<Record<string, string>> = {
  'enable-alpha-plugins':
    'plugins that run programs are refused; those that are built in need no flag',
  'enable-exec': RUNS_PROGRAMS,
  'enable-helm':
    'Helm charts are not rendered by a build; deliver them with a HelmRelease',
  'helm-command': RUNS_PROGRAMS,
  'helm-api-versions': RUNS_PROGRAMS,
  'helm-kube-version': RUNS_PROGRAMS,
  'helm-debug': RUNS_PROGRAMS,
  'as-current-user': RUNS_PROGRAMS,
  network: RUNS_PROGRAMS,
  'network-name': RUNS_PROGRAMS,
  mount: RUNS_PROGRAMS,
  env: RUNS_PROGRAMS,
};

const RESTRICTIONS: Readonly<Record<string, BuildOptions['loadRestrictions']>> =
  { LoadRestrictionsRootOnly: 'rootOnly', LoadRestrictionsNone: 'none' };

/**
 * Reads the arguments behind `kustomize`.
 *
 * @throws CommandError
 */
export function readCommand(args: readonly string[]): Command {
  refuse(args);
  const { values, positionals } = parse(args);
  const [verb, ...rest] = positionals;
  if (values.help || verb === 'help' || verb === undefined) {
    return { verb: 'help' };
  }
  if (verb === 'version') {
    return { verb: 'version' };
  }
  if (verb !== 'build') {
    throw new CommandError(`there is no command '${verb}'; there is build`);
  }
  if (rest.length > 1) {
    throw new CommandError(
      `one directory is built at a time, not ${rest.join(' and ')}`,
    );
  }
  const { reorder } = values;
  return {
    verb: 'build',
    directory: rest[0] ?? '.',
    output: values.output,
    options: {
      reorder: oneOf('reorder', reorder, { none: 'none', legacy: 'legacy' }),
      loadRestrictions: oneOf(
        'load-restrictor',
        values['load-restrictor'],
        RESTRICTIONS,
      ),
      addManagedByLabel:
        values['enable-managedby-label'] || values['add-managedby-label'],
    },
    warnings:
      reorder === undefined
        ? []
        : ["--reorder is deprecated; use 'sortOptions' in the kustomization."],
  };
}

function refuse(args: readonly string[]): void {
  for (const arg of args) {
    if (arg === '--') {
      return;
    }
    const name = /^-e(?:$|[^-])/.test(arg)
      ? 'env'
      : /^--([^=]+)/.exec(arg)?.[1];
    if (name !== undefined && Object.hasOwn(REFUSED, name)) {
      throw new CommandError(`--${name} is not supported: ${REFUSED[name]}`);
    }
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        output: { type: 'string', short: 'o' },
        'load-restrictor': { type: 'string' },
        reorder: { type: 'string' },
        'enable-managedby-label': { type: 'boolean' },
        'add-managedby-label': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    // Everything that it throws is about the arguments.
    const { message } = error as Error;
    throw new CommandError(`${message.split('. ')[0]}; --help lists the flags`);
  }
}

function oneOf<T>(
  flag: string,
  value: string | undefined,
  allowed: Readonly<Record<string, T>>,
): T | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!Object.hasOwn(allowed, value)) {
    throw new CommandError(
      `--${flag} is ${Object.keys(allowed).join(' or ')}, not '${value}'`,
    );
  }
  return allowed[value];
}
