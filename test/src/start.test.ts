import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from './freePorts';
import { Portal } from './Portal';
import { pushTag } from './pushTag';
import { run } from './run';

jest.setTimeout(240_000);

const hasTools =
  !spawnSync('kubectl', ['version', '--client']).error &&
  !spawnSync('git', ['--version']).error;
const describeWithTools = hasTools ? describe : describe.skip;

describe('npm start', () => {
  it('says which port is busy and how to choose another', async () => {
    const server = net.createServer();
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as net.AddressInfo;
    const portal = new Portal([`--git-port=${port}`, '--no-app']);
    await once(portal.child, 'exit');
    server.close();
    expect(portal.child.exitCode).toBe(1);
    expect(portal.output).toContain(
      `Port ${port} (the sandbox's Git server) is in use; stop what listens there or choose another with --git-port`,
    );
  });

  it.each([
    [['--git-port=zero'], "--git-port is 'zero'; it must be a port number"],
    [['--write'], '--write goes with --kubeconfig'],
    [['--kubeconfig=/nowhere'], 'there is no file /nowhere'],
    [['--colour'], "Unknown option '--colour'"],
  ])('refuses %s', async (args, message) => {
    const portal = new Portal(args);
    await once(portal.child, 'exit');
    expect(portal.child.exitCode).toBe(1);
    expect(portal.output).toContain(message);
  });
});

describeWithTools('the demo', () => {
  let scratch: string;
  let portal: Portal;
  let kubeconfig: string;
  let gitUrl: string;
  let backendUrl: string;
  let registryAddress: string;

  beforeAll(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'gitops-demo-'));
    kubeconfig = path.join(scratch, 'data/kubeconfig');
    const [backend, kubernetes, git, registry] = await freePorts(4);
    gitUrl = `http://127.0.0.1:${git}/demo/game.git`;
    registryAddress = `127.0.0.1:${registry}`;
    backendUrl = `http://127.0.0.1:${backend}/api`;
    portal = new Portal([
      '--no-app',
      `--data-dir=${path.join(scratch, 'data')}`,
      `--backend-port=${backend}`,
      `--kubernetes-port=${kubernetes}`,
      `--git-port=${git}`,
      `--registry-port=${registry}`,
    ]);
    await portal.says(/Backstage GitOps is running/);
  });

  afterAll(async () => {
    await portal.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const kubectl = (...args: string[]) =>
    run('kubectl', ['--kubeconfig', kubeconfig, ...args]);

  it('is Ready in the words of kubectl', async () => {
    await kubectl(
      'wait',
      '--for=condition=Ready',
      '--timeout=60s',
      'gitrepository/game-repo',
      'kustomization/game-app',
    );
    await kubectl(
      'wait',
      '--for=condition=Available',
      '--timeout=60s',
      'deployment/game',
    );
    const lines = await kubectl(
      'get',
      'gitrepositories,kustomizations,deployments',
      '--no-headers',
    );
    expect(lines).toMatch(/game-repo .* True .*stored artifact for revision/);
    expect(lines).toMatch(/game-app .* True .*Applied revision: main@sha1:/);
    expect(lines).toMatch(/deployment.apps\/game +3\/3/);
  });

  it('lacks nothing that the doctor looks for in an app', async () => {
    const doctor = `${backendUrl}/gitops/doctor`;
    expect((await fetch(doctor)).status).toBe(401);
    const guest = await fetch(`${backendUrl}/auth/guest/refresh`, {
      method: 'POST',
      headers: { 'X-Requested-With': 'XMLHttpRequest' },
    });
    const { backstageIdentity } = (await guest.json()) as {
      backstageIdentity: { token: string };
    };
    const answer = await fetch(doctor, {
      headers: { Authorization: `Bearer ${backstageIdentity.token}` },
    });
    const { findings } = (await answer.json()) as {
      findings: { check: string; level: string }[];
    };
    const ofHost = findings.filter(({ check }) => check.startsWith('host.'));
    expect(
      Object.fromEntries(ofHost.map(({ check, level }) => [check, level])),
    ).toEqual({
      'host.actions': 'ok',
      'host.artifacts': 'ok',
      'host.auth': 'ok',
      'host.catalogModule': 'ok',
      'host.catalogRules': 'ok',
      'host.events': 'ok',
      'host.signals': 'ok',
      // As it is for a demo.
      'host.database': 'warning',
      'host.permissions': 'warning',
    });
  });

  it('delivers a pushed commit and prunes what it removed', async () => {
    const clone = path.join(scratch, 'game');
    const git = (...args: string[]) =>
      run(
        'git',
        ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args],
        {
          cwd: clone,
        },
      );
    await run('git', ['clone', '-q', gitUrl, clone]);
    const deployment = path.join(clone, 'base/deployment.yaml');
    await writeFile(
      deployment,
      (await readFile(deployment, 'utf8')).replace(
        'replicas: 3',
        'replicas: 4',
      ),
    );
    const kustomization = path.join(clone, 'base/kustomization.yaml');
    await writeFile(
      kustomization,
      (await readFile(kustomization, 'utf8')).replace('  - service.yaml\n', ''),
    );
    await git('rm', '-q', 'base/service.yaml');
    await git('commit', '-qam', 'Second version without a service');
    await git('push', '-q');
    const commit = (await git('rev-parse', 'HEAD')).trim();
    expect(await kubectl('get', 'service', 'game', '-o', 'name')).toBe(
      'service/game\n',
    );

    await kubectl(
      'annotate',
      '--overwrite',
      'gitrepository/game-repo',
      'reconcile.fluxcd.io/requestedAt=now',
    );
    await kubectl(
      'wait',
      `--for=jsonpath={.status.lastAppliedRevision}=main@sha1:${commit}`,
      '--timeout=60s',
      'kustomization/game-app',
    );
    expect(
      await kubectl(
        'get',
        'deployment',
        'game',
        '-o',
        'jsonpath={.spec.replicas}',
      ),
    ).toBe('4');
    await expect(kubectl('get', 'service', 'game')).rejects.toThrow('NotFound');
  });

  it('commits and delivers a tag that is pushed', async () => {
    await pushTag(registryAddress, 'v2');
    await kubectl(
      'wait',
      `--for=jsonpath={.spec.template.spec.containers[0].image}=${registryAddress}/demo/game:v2`,
      '--timeout=90s',
      'deployment/game',
    );
    const clone = path.join(scratch, 'game');
    await run('git', ['pull', '-q'], { cwd: clone });
    expect(
      await run('git', ['log', '-1', '--format=%an: %s'], { cwd: clone }),
    ).toBe(`Image automation: Deliver ${registryAddress}/demo/game:v2\n`);
  });

  it('stops on Ctrl-C and leaves no process behind', async () => {
    expect(await portal.stop()).toBe(0);
    await expect(kubectl('get', 'namespaces')).rejects.toThrow();
  });
});
