import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = 'docker-registry';

/** Whether Debian's docker-registry (distribution 2.8) is on this machine. */
export const hasDockerRegistry =
  spawnSync(PROGRAM, ['--version']).error === undefined;

/** Account of a registry that wants one. */
export const ACCOUNT = { username: 'ci', password: 'secret' };
/** bcrypt of that password, which is the only kind that it takes. */
const HTPASSWD =
  'ci:$2a$04$VSvMXY9fstfB4hPFY8nb6eFuVz74bn7DxCKEwXol6JCeNrx01UCkm';

export interface DockerRegistry {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** `127.0.0.1:<port>` */
  address: string;
  stop(): Promise<void>;
}

/** Starts Debian's docker-registry on a free port of loopback. */
export async function startDockerRegistry(
  options: {
    /** Wants {@link ACCOUNT} for everything. */
    basicAuth?: boolean;
  } = {},
): Promise<DockerRegistry> {
  const directory = mkdtempSync(path.join(tmpdir(), 'docker-registry-'));
  writeFileSync(path.join(directory, 'htpasswd'), `${HTPASSWD}\n`);
  const config = path.join(directory, 'config.json');
  writeFileSync(
    config,
    // It reads YAML, and so this.
    JSON.stringify({
      version: 0.1,
      log: { level: 'info', formatter: 'text' },
      storage: {
        filesystem: { rootdirectory: path.join(directory, 'data') },
        delete: { enabled: true },
      },
      http: { addr: '127.0.0.1:0' },
      ...(options.basicAuth && {
        auth: {
          htpasswd: {
            realm: 'docker-registry',
            path: path.join(directory, 'htpasswd'),
          },
        },
      }),
    }),
  );
  const child = spawn(PROGRAM, ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  const exited = once(child, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', line => {
      said.push(line);
      const found = /listening on (127\.0\.0\.1:[0-9]+)/.exec(line);
      if (found) {
        resolve(found[1]);
      }
    });
    child.once('error', reject);
    child.once('exit', () =>
      reject(new Error(`docker-registry ended: ${said.join('\n')}`)),
    );
  });
  return {
    url: `http://${address}`,
    address,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
