import { fork } from 'node:child_process';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { SandboxRegistry, startRegistry } from '@backstage-gitops/sandbox';
import { packArchive } from '../../plugins/gitops-backend/src/artifacts/packArchive';

const ARTIFACTS = 1_000;
const FILES = 5;

/** What the process that fetches sends. */
export interface FetchedArtifacts {
  name: string;
  [figure: string]: string | number;
}

/**
 * Fetches small artifacts from the sandbox's registry, which wants tokens, and
 * stores them, in a new process; then looks at all of them again.
 */
export async function benchSourcesOci(): Promise<void> {
  const registry = await startRegistry({
    authentication: 'token',
    anonymousPull: true,
  });
  try {
    await fill(registry);
    await fetchInProcess(registry.address);
  } finally {
    await registry.stop();
  }
}

async function fill(registry: SandboxRegistry): Promise<void> {
  for (let i = 0; i < ARTIFACTS; i++) {
    const content = await buffer(
      packArchive(
        Array.from({ length: FILES }, (_, file) => ({
          path: `app/${file}.yaml`,
          executable: false,
          content: Buffer.from(manifestOf(i, file)),
        })),
      ),
    );
    await registry.push(
      `bench/app-${i}`,
      {
        layers: [
          {
            mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip',
            content,
          },
        ],
        annotations: { 'org.opencontainers.image.revision': `main@${i}` },
      },
      'latest',
    );
  }
}

function manifestOf(artifact: number, file: number): string {
  const lines = Array.from(
    { length: 40 },
    (_, line) => `  key-${line}: value-${artifact}-${file}-${line}`,
  );
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-${artifact}-${file}\ndata:\n${lines.join('\n')}\n`;
}

function fetchInProcess(address: string): Promise<void> {
  const child = fork(path.join(__dirname, 'ociFetchProcess.ts'), [
    address,
    String(ARTIFACTS),
  ]);
  return new Promise((resolve, reject) => {
    // What compiles the child sends messages of its own.
    child.on('message', (message: Partial<FetchedArtifacts>) => {
      if (message.name !== undefined) {
        process.stdout.write(`${JSON.stringify(message)}\n`);
      }
    });
    child.once('error', reject);
    child.once('exit', code =>
      code === 0
        ? resolve()
        : reject(new Error(`fetching from ${address} ended with ${code}`)),
    );
  });
}
