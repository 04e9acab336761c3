import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Browser, Page } from 'playwright-core';
import { canaryFiles, canaryObjects, CANARIES } from './__testUtils__/canaries';
import { freePorts } from './freePorts';
import { CHROMIUM, openBrowser } from './__testUtils__/openBrowser';
import { Portal } from './Portal';
import { run } from './run';

jest.setTimeout(300_000);

const hasTools = [CHROMIUM, 'git', 'kubectl'].every(
  tool => !spawnSync(tool, ['--version'], { stdio: 'ignore' }).error,
);
const describeWithTools = hasTools ? describe : describe.skip;

/** What people may see: objects by kind and name. */
const OBJECTS = [
  ['GitRepository', 'canary-source'],
  ['GitRepository', 'canary-wrong'],
  ['Kustomization', 'canary-delivery'],
  ['Kustomization', 'canary-values'],
  ['HelmRelease', 'canary-release'],
  ['HelmRelease', 'canary-registered'],
] as const;

/**
 * A secret value in every place where people put one, and then everything that
 * the portal shows, says or keeps.
 */
describeWithTools('a secret value', () => {
  let scratch: string;
  let portal: Portal;
  let browser: Browser;
  let page: Page;
  let portalUrl: string;
  let backendUrl: string;
  let gitUrl: string;
  let rawUrl: string;
  let kubeconfig: string;
  let token: string;
  /** What the portal answered to the browser, by address. */
  const answers = new Map<string, string>();

  const kubectl = (args: readonly string[], input?: string) =>
    run('kubectl', ['--kubeconfig', kubeconfig, ...args], { input });

  const api = async (route: string, init: RequestInit = {}) => {
    const response = await fetch(`${backendUrl}/api/${route}`, {
      ...init,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
    });
    const text = await response.text();
    expect([route, response.ok, response.ok || text]).toEqual([
      route,
      true,
      true,
    ]);
    return text;
  };

  beforeAll(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'gitops-canary-'));
    const temporary = path.join(scratch, 'tmp');
    await mkdir(temporary);
    const [app, backend, kubernetes, git, registry] = await freePorts(5);
    portalUrl = `http://localhost:${app}`;
    backendUrl = `http://localhost:${backend}`;
    gitUrl = `http://127.0.0.1:${git}/demo/game.git`;
    rawUrl = `http://127.0.0.1:${git}/raw/demo/game/main`;
    kubeconfig = path.join(scratch, 'data/kubeconfig');
    portal = new Portal(
      [
        `--data-dir=${path.join(scratch, 'data')}`,
        `--portal-port=${app}`,
        `--backend-port=${backend}`,
        `--kubernetes-port=${kubernetes}`,
        `--git-port=${git}`,
        `--registry-port=${registry}`,
      ],
      { TMPDIR: temporary, LOG_LEVEL: 'debug' },
    );
    await portal.says(/Backstage GitOps is running/);

    const clone = path.join(scratch, 'clone');
    await run('git', ['clone', '-q', gitUrl, clone]);
    for (const [file, text] of Object.entries(canaryFiles)) {
      await mkdir(path.dirname(path.join(clone, file)), { recursive: true });
      await writeFile(path.join(clone, file), text);
    }
    await run('git', ['add', '-A'], { cwd: clone });
    await run(
      'git',
      [
        ...['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'],
        ...['commit', '-qm', 'Canaries'],
      ],
      { cwd: clone },
    );
    await run('git', ['push', '-q'], { cwd: clone });
    await kubectl(['apply', '-f', '-'], canaryObjects(gitUrl));
    const guest = await fetch(`${backendUrl}/api/auth/guest/refresh`, {
      method: 'POST',
    });
    ({
      backstageIdentity: { token },
    } = await guest.json());
    await api('catalog/locations', {
      method: 'POST',
      body: JSON.stringify({
        type: 'url',
        target: `${rawUrl}/gitops/canary.yaml`,
      }),
    });
    browser = await openBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    page.on('response', response => {
      if (response.url().includes('/api/')) {
        response.text().then(
          text => answers.set(response.url(), text),
          () => {},
        );
      }
    });
  });

  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** The catalog asks for what is published now and then; nothing tells when it has. */
  const published = async () => {
    const missing = new Set(
      OBJECTS.map(([kind, name]) => `${kind.toLowerCase()}/default/${name}`),
    );
    const deadline = Date.now() + 90_000;
    while (missing.size > 0 && Date.now() < deadline) {
      for (const name of missing) {
        const { status } = await fetch(
          `${backendUrl}/api/catalog/entities/by-name/${name}`,
          { headers: { authorization: `Bearer ${token}` } },
        );
        if (status === 200) {
          missing.delete(name);
        }
      }
      await setTimeout(250);
    }
    expect([...missing]).toEqual([]);
  };

  const leaksIn = (where: string, text: string) =>
    CANARIES.filter(canary => text.includes(canary)).map(
      canary => `${where}: ${canary}`,
    );

  it('does what it is for', async () => {
    await kubectl([
      'wait',
      '--for=condition=Ready',
      '--timeout=90s',
      'gitrepository/canary-source',
      'kustomization/canary-delivery',
    ]);
    // Fails, as it has to: what is wrong with it holds a secret too.
    await kubectl([
      'wait',
      '--for=condition=Ready=false',
      '--timeout=90s',
      'gitrepository/canary-wrong',
      'kustomization/canary-values',
    ]);
    await kubectl([
      'wait',
      '--for=create',
      '--timeout=90s',
      'helmrelease/canary-registered',
    ]);
    await published();
    const delivered = await kubectl([
      'get',
      'secret/canary-delivered',
      '-o',
      'jsonpath={.data.password}',
    ]);
    expect(CANARIES).toContain(delivered);
  });

  it('is on no screen, and in nothing that screens are told', async () => {
    await page.goto(`${portalUrl}/gitops`);
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByText('game-app').first().waitFor();
    const look = async (address: string, text: string) => {
      // As a link does; the app is loaded once.
      await page.evaluate(to => {
        window.history.pushState({}, '', to);
        window.dispatchEvent(new PopStateEvent('popstate'));
      }, address);
      await page.getByText(text).first().waitFor();
      expect(leaksIn(address, await page.content())).toEqual([]);
    };
    await look('/gitops', 'canary-source');
    for (const [kind, name] of OBJECTS) {
      await look(`/gitops/objects/demo/${kind}/default/${name}`, name);
      const entity = `/catalog/default/${kind.toLowerCase()}/${name}`;
      await look(`${entity}/gitops`, name);
      await look(`${entity}?inspect=raw-yaml`, 'apiVersion');
    }
    for (const [url, text] of answers) {
      expect(leaksIn(url, text)).toEqual([]);
    }
    expect(answers.size).toBeGreaterThan(OBJECTS.length);
  });

  it('is in no answer of the APIs', async () => {
    const routes = [
      'gitops/objects?limit=100',
      'gitops/registrations',
      'gitops/catalog-errors',
      'gitops/homes',
      'catalog/entities',
      'catalog/locations',
      ...OBJECTS.flatMap(([kind, name]) => {
        const object = `gitops/objects/demo/${kind}/default/${name}`;
        return [object, `${object}/events`];
      }),
    ];
    for (const route of routes) {
      expect(leaksIn(route, await api(route))).toEqual([]);
    }
  });

  it('is in no status and no event', async () => {
    const everything = await kubectl([
      'get',
      'gitrepositories,kustomizations,helmreleases,events',
      '--all-namespaces',
      '-o',
      'json',
    ]);
    for (const item of JSON.parse(everything).items) {
      const { kind, metadata, status, message } = item;
      expect(
        leaksIn(
          `${kind} ${metadata.name}`,
          JSON.stringify({ status, message }),
        ),
      ).toEqual([]);
    }
  });

  it('is not logged, and in no file but those of the cluster and of Git', async () => {
    expect(leaksIn('log', portal.output)).toEqual([]);
    const log = path.join(scratch, 'data/logs/backend.log');
    expect(await readFile(log, 'utf8')).toContain('canary-source');
    const entries = (
      await Promise.all(
        ['tmp', 'data/db', 'data/logs'].map(folder =>
          readdir(path.join(scratch, folder), {
            recursive: true,
            withFileTypes: true,
          }),
        ),
      )
    ).flat();
    const files = entries.filter(entry => entry.isFile());
    for (const { parentPath, name } of files) {
      const file = path.join(parentPath, name);
      expect(leaksIn(file, await readFile(file, 'latin1'))).toEqual([]);
    }
    expect(files).not.toEqual([]);
  });

  // The last one: what is searched for is in the log of requests from then on.
  it('is not found by a search of the catalog', async () => {
    const search = (term: string) =>
      api(
        `catalog/entities/by-query?fullTextFilterFields=metadata.name,spec.type,spec.owner&fullTextFilterTerm=${encodeURIComponent(term)}`,
      ).then(JSON.parse);
    expect((await search('canary')).totalItems).toBe(OBJECTS.length);
    for (const canary of CANARIES) {
      expect((await search(canary)).totalItems).toBe(0);
    }
  });
});
