import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  Chart,
  ChartRenderer,
  combineValues,
  createCapabilities,
  DiskChartDirectory,
  HelmError,
  loadChartArchive,
  loadChartDirectory,
  ManifestError,
  RenderedFiles,
  renderChart,
  writeManifests,
  writeTemplateOutput,
} from '../src';
import {
  CommandError,
  HELP,
  readCommand,
  TemplateCommand,
} from './readCommand';

/** The world around the command. */
export interface CommandContext {
  /** Relative paths count from here. */
  directory: string;
  print(text: string): void;
  printError(text: string): void;
}

/** Runs the command; the result is the exit code of the process. */
export async function runCommand(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  try {
    const command = readCommand(args);
    switch (command.verb) {
      case 'help':
        context.print(`${HELP}\n`);
        return 0;
      case 'version':
        context.print('v4.2\n');
        return 0;
      default:
        return await template(command, context);
    }
  } catch (error) {
    if (
      error instanceof HelmError ||
      error instanceof CommandError ||
      isSystemError(error)
    ) {
      context.printError(`Error: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

async function template(
  command: TemplateCommand,
  { directory, print, printError }: CommandContext,
): Promise<number> {
  const read = (file: string) =>
    readFileSync(file === '-' ? 0 : resolve(directory, file), 'utf8');
  let rendered: RenderedFiles = new Map();
  try {
    const { chart, manifests, hooks } = renderChart({
      renderer: new ChartRenderer(),
      chart: await load(resolve(directory, command.chart), printError),
      values: combineValues({
        ...command,
        files: command.values.map(name => ({ name, content: read(name) })),
        readFile: read,
      }),
      release: command,
      capabilities: createCapabilities({
        kubeVersion: command.kubeVersion,
        extraApiVersions: command.apiVersions,
      }),
      schema: command.skipSchema ? false : undefined,
      onWarning: warning => printError(`Warning: ${warning}\n`),
      onRendered: files => {
        rendered = files;
      },
    });
    const crds = command.includeCrds ? chart.crds : undefined;
    const manifest = writeManifests(manifests, { crds });
    print(writeTemplateOutput({ ...command, manifest, hooks }));
    return 0;
  } catch (error) {
    if (!(error instanceof ManifestError) || error.code !== 'invalid-yaml') {
      throw error;
    }
    printError(`Error: ${error.message}\n`);
    if (command.debug) {
      for (const [path, text] of rendered) {
        print(text.trim() === '' ? '' : `---\n# Source: ${path}\n${text}\n`);
      }
    } else {
      printError('\nUse --debug to see what was rendered\n');
    }
    return 1;
  }
}

async function load(
  path: string,
  printError: (text: string) => void,
): Promise<Chart> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    throw new CommandError(
      `there is no chart ${path}; it is a directory or an archive on this machine`,
    );
  }
  const onWarning = (warning: string) => printError(`Warning: ${warning}\n`);
  return stat.isDirectory()
    ? loadChartDirectory(
        new DiskChartDirectory({ directory: path, root: parseRoot(path) }),
        { onWarning },
      )
    : loadChartArchive(readFileSync(path), { onWarning });
}

/** Links may lead anywhere, as for Helm: who types this may read the disk. */
function parseRoot(path: string): string {
  return resolve(path, '/');
}

/** Such as: a values file cannot be read. */
function isSystemError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
