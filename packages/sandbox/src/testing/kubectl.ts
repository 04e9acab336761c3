import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { SandboxKubernetes } from '../kubernetesApi';
import { startKubernetesApi } from '../kubernetesApi';
import type { CommandResult } from './command';
import { describeIf, runCommand } from './command';

/** A sandbox that `kubectl` drives. */
export class KubectlSandbox {
  private constructor(
    readonly api: SandboxKubernetes,
    private readonly directory: string,
  ) {}

  static async start(): Promise<KubectlSandbox> {
    const directory = fs.mkdtempSync(
      path.join(os.tmpdir(), 'sandbox-kubectl-'),
    );
    return new KubectlSandbox(
      await startKubernetesApi({ dataDir: directory }),
      directory,
    );
  }

  async stop(): Promise<void> {
    await this.api.stop();
    fs.rmSync(this.directory, { recursive: true });
  }

  /** Runs `kubectl`; an object goes to its standard input. */
  run(
    args: string[],
    input?: object,
    env: Record<string, string> = {},
  ): Promise<CommandResult> {
    return runCommand(
      'kubectl',
      [
        '--kubeconfig',
        this.api.kubeconfigPath,
        '--cache-dir',
        path.join(this.directory, 'cache'),
        ...args,
      ],
      {
        input: input && JSON.stringify(input),
        env: { HOME: this.directory, ...env },
      },
    );
  }

  /** Runs a command line, split at blanks, that has to succeed. Returns what it printed. */
  async ok(line: string, input?: object): Promise<string> {
    const result = await this.run(line.split(' ').filter(Boolean), input);
    if (result.code !== 0) {
      throw new Error(`kubectl ${line}: ${result.stderr}`);
    }
    return result.stdout;
  }

  /** Runs a command line that has to fail. Returns what it complained of. */
  async fails(line: string, input?: object): Promise<string> {
    const result = await this.run(line.split(' ').filter(Boolean), input);
    if (result.code === 0) {
      throw new Error(`kubectl ${line} succeeded: ${result.stdout}`);
    }
    return result.stderr;
  }

  /** Applies objects. */
  async apply(...objects: object[]): Promise<string> {
    const file = this.file(
      'apply.json',
      objects.map(object => JSON.stringify(object)).join('\n'),
    );
    return this.ok(`apply -f ${file}`);
  }

  /** A file for commands that take no standard input. */
  file(name: string, text: string, mode = 0o600): string {
    const file = path.join(this.directory, name);
    fs.writeFileSync(file, text, { mode });
    return file;
  }
}

/** Tests that drive one sandbox with `kubectl`, skipped where that is absent. */
export function describeKubectl(
  name: string,
  body: (sandbox: () => KubectlSandbox) => void,
): void {
  describeIf('kubectl', ['version', '--client'])(`kubectl ${name}`, () => {
    let sandbox: KubectlSandbox;

    beforeAll(async () => {
      sandbox = await KubectlSandbox.start();
    });

    afterAll(() => sandbox.stop());

    body(() => sandbox);
  });
}
