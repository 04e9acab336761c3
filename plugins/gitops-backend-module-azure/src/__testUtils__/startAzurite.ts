import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The account that Azurite always has, and its key, which is public. */
export const ACCOUNT = 'devstoreaccount1';
export const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Starts Microsoft's Azurite for blobs, in memory. */
export async function startAzurite(): Promise<{
  /** With the account. */
  endpoint: string;
  stop(): Promise<void>;
}> {
  const child = spawn(process.execPath, [
    require.resolve('azurite/dist/src/blob/main.js'),
    ...['--blobHost', '127.0.0.1', '--blobPort', '0'],
    ...['--inMemoryPersistence', '--skipApiVersionCheck'],
    '--disableTelemetry',
  ]);
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.on('data', chunk => {
    said += chunk;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    const [, url] = /listens on (http:\S+)/.exec(line) ?? [];
    if (url) {
      child.stdout.resume();
      return {
        endpoint: `${url}/${ACCOUNT}`,
        stop: async () => {
          child.kill('SIGKILL');
          await exited;
        },
      };
    }
  }
  throw new Error(`Azurite did not start: ${said}`);
}
