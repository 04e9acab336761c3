import { statSync, writeFileSync } from 'node:fs';
import { join, parse, relative, resolve, sep } from 'node:path';
import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import {
  BuildResult,
  DirectoryFileSystem,
  KustomizeError,
  Resource,
  build,
} from '../src';
import { CommandError, HELP, readCommand } from './readCommand';

/** The world around the command. */
export interface CommandContext {
  /** Relative paths count from here. */
  directory: string;
  print(text: string): void;
  printError(text: string): void;
}

/** Runs the command; the result is the exit code of the process. */
export function runCommand(
  args: readonly string[],
  context: CommandContext,
): number {
  const { directory, print, printError } = context;
  try {
    const command = readCommand(args);
    if (command.verb === 'help') {
      print(`${HELP}\n`);
      return 0;
    }
    if (command.verb === 'version') {
      print('v5.8.1\n');
      return 0;
    }
    const path = resolve(directory, command.directory);
    // The whole disk, as for kustomize; what may be read of it is the load
    // restriction's to say.
    const { root } = parse(path);
    const result = build({
      fileSystem: new DirectoryFileSystem({ root }),
      path: `/${relative(root, path).split(sep).join('/')}`,
      options: command.options,
    });
    const text = result.toYaml();
    for (const warning of [...command.warnings, ...result.warnings]) {
      printError(`# Warning: ${warning}\n`);
    }
    if (command.output === undefined) {
      print(text);
    } else {
      write(resolve(directory, command.output), text, result);
    }
    return 0;
  } catch (error) {
    if (
      error instanceof KustomizeError ||
      error instanceof CommandError ||
      isSystemError(error)
    ) {
      printError(`Error: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

/** Such as: the output cannot be written. */
function isSystemError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

function write(path: string, text: string, result: BuildResult): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    writeFileSync(path, text);
    return;
  }
  const resources = [...result.resources];
  const namespaces = new Set(
    resources
      .map(resource => resource.currentId())
      .filter(id => !id.clusterScoped)
      .map(id => id.effectiveNamespace),
  );
  for (const resource of resources) {
    const name = fileName(resource, namespaces.size > 1);
    writeFileSync(join(path, name), stringifyYaml(resource.node));
  }
}

/** Such as `apps_v1_deployment_web.yaml`, behind the namespace on request. */
function fileName(resource: Resource, withNamespace: boolean): string {
  const id = resource.currentId();
  const parts = [
    withNamespace && !id.clusterScoped && id.effectiveNamespace,
    id.group,
    id.version,
    id.kind,
    id.name,
  ];
  const name = parts.filter(Boolean).join('_').toLowerCase();
  if (/[/\\\0]/.test(name)) {
    throw new CommandError(`an object cannot have a file called "${name}"`);
  }
  return `${name}.yaml`;
}
