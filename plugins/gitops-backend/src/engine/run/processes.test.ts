import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import {
  migratedDatabases,
  postgresConnectionString,
} from '../../__testUtils__/databases';
import { DatabaseWorkQueue } from '../queue/DatabaseWorkQueue';

jest.setTimeout(60_000);

const describeWithPostgres = postgresConnectionString
  ? describe
  : describe.skip;

describeWithPostgres('two processes on one PostgreSQL', () => {
  const init = migratedDatabases();
  const children: ChildProcess[] = [];

  const startProcess = (connection: string, owner: string, mode: string) => {
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        path.resolve(__dirname, '../../__testUtils__/reconcileProcess.ts'),
        connection,
        owner,
        mode,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(child);
    return {
      child,
      lines: readline.createInterface({ input: child.stdout! }),
    };
  };

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
    }
  });

  it('repeats what a process killed between claim and finish had begun', async () => {
    const database = await init('POSTGRES_18');
    const connection = new URL(postgresConnectionString!);
    connection.pathname = `/${database.client.config.connection.database}`;
    const key = {
      home: 'demo',
      group: 'source.toolkit.fluxcd.io',
      kind: 'GitRepository',
      namespace: 'default',
      name: 'a',
    };
    const queue = new DatabaseWorkQueue({ database, owner: 'observer' });
    await queue.register([{ ...key, controller: 'source' }]);

    const victim = startProcess(connection.href, 'victim', 'hang');
    const [claimed] = await once(victim.lines, 'line');
    expect(claimed).toMatch(/^hang a \d+$/);
    const killed = once(victim.child, 'exit');
    victim.child.kill('SIGKILL');
    await killed;
    expect(await queue.get(key)).toMatchObject({ lastOutcome: undefined });

    const survivor = startProcess(connection.href, 'survivor', 'work');
    const [finished] = await once(survivor.lines, 'line');
    const fence = (line: string) => Number(line.split(' ')[2]);
    expect(finished).toMatch(/^work a \d+$/);
    expect(fence(finished)).toBeGreaterThan(fence(claimed));

    const exited = once(survivor.child, 'exit');
    survivor.child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await queue.get(key)).toMatchObject({
      lastOutcome: 'done',
      lost: 0,
      dueAt: null,
    });
  });
});
