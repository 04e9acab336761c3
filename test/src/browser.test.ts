import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Browser, Page } from 'playwright-core';
import { freePorts } from './freePorts';
import { CHROMIUM, openBrowser } from './__testUtils__/openBrowser';
import { Portal } from './Portal';
import { pushTag } from './pushTag';
import { run } from './run';

jest.setTimeout(300_000);

/** With GITOPS_SCREENSHOTS=1 the pictures of the README are taken anew. */
const pictures = process.env.GITOPS_SCREENSHOTS
  ? path.resolve(__dirname, '../../docs/images')
  : undefined;

const hasTools = [CHROMIUM, 'git', 'kubectl'].every(
  tool => !spawnSync(tool, ['--version'], { stdio: 'ignore' }).error,
);
const describeWithTools = hasTools ? describe : describe.skip;

describeWithTools('the demo in a browser', () => {
  let scratch: string;
  let portal: Portal;
  let browser: Browser;
  let page: Page;
  let portalUrl: string;
  let gitUrl: string;
  let registryAddress: string;
  let kubeconfig: string;

  beforeAll(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'gitops-browser-'));
    const [app, backend, kubernetes, git, registry] = await freePorts(5);
    registryAddress = `127.0.0.1:${registry}`;
    portalUrl = `http://localhost:${app}`;
    gitUrl = `http://127.0.0.1:${git}/demo/game.git`;
    kubeconfig = path.join(scratch, 'data/kubeconfig');
    portal = new Portal([
      `--data-dir=${path.join(scratch, 'data')}`,
      `--portal-port=${app}`,
      `--backend-port=${backend}`,
      `--kubernetes-port=${kubernetes}`,
      `--git-port=${git}`,
      `--registry-port=${registry}`,
    ]);
    await portal.says(/Backstage GitOps is running/);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(60_000);
  });

  afterAll(async () => {
    await browser?.close();
    await portal?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const picture = async (name: string) => {
    if (pictures) {
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: path.join(pictures, `${name}.png`) });
    }
  };

  const kubectl = (...args: string[]) =>
    run('kubectl', ['--kubeconfig', kubeconfig, ...args]);

  /** Changes the demo repository as a developer would; gives the commit. */
  const push = async (
    message: string,
    change: (clone: string) => Promise<void>,
  ): Promise<string> => {
    const clone = mkdtempSync(path.join(scratch, 'clone-'));
    const git = (...args: string[]) =>
      run(
        'git',
        ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args],
        { cwd: clone },
      );
    await run('git', ['clone', '-q', gitUrl, clone]);
    await change(clone);
    await git('add', '-A');
    await git('commit', '-qm', message);
    await git('push', '-q');
    return (await git('rev-parse', 'HEAD')).trim();
  };

  const inFile = async (file: string, from: string, to: string) =>
    writeFile(file, (await readFile(file, 'utf8')).replace(from, to));

  const seeText = (text: string | RegExp) =>
    page.getByText(text).first().waitFor();

  it("shows on the Component's tab what delivers it", async () => {
    await page.goto(`${portalUrl}/catalog/default/component/game/gitops`);
    await page.getByRole('button', { name: 'Enter' }).click();
    await seeText('What delivers game');
    await seeText('Ready');
    await seeText('Deliver the game');
    // The old manifest's field that Flux dropped is named.
    await seeText(/spec\.validation: "client" was dropped/);
    await picture('component-tab');
    expect(page.url()).toContain('/catalog/default/component/game');
  });

  it('shows a pushed commit and a pruned object without a reload', async () => {
    let reloaded = false;
    page.once('load', () => {
      reloaded = true;
    });
    const commit = await push(
      'Second version without a service',
      async clone => {
        await inFile(
          path.join(clone, 'base/deployment.yaml'),
          'replicas: 3',
          'replicas: 4',
        );
        await inFile(
          path.join(clone, 'base/kustomization.yaml'),
          '  - service.yaml\n',
          '',
        );
        rmSync(path.join(clone, 'base/service.yaml'));
      },
    );
    await kubectl(
      'annotate',
      '--overwrite',
      'gitrepository/game-repo',
      'reconcile.fluxcd.io/requestedAt=browser',
    );
    await seeText('Second version without a service');
    await seeText(new RegExp(commit.slice(0, 7)));
    await seeText('1 object');
    expect(reloaded).toBe(false);
    expect(
      await kubectl(
        'get',
        'services',
        '-o',
        'name',
        '--ignore-not-found',
        'game',
      ),
    ).toBe('');
    await picture('component-tab-second-version');
  });

  it('shows each step of an image from its tag to the cluster', async () => {
    await pushTag(registryAddress, 'v2');
    const steps = page.getByRole('list', {
      name: 'From the tag to the cluster',
    });
    const last = steps.getByText(/^Delivered/);
    await last.waitFor();
    expect(await steps.innerText()).toMatch(
      /Chosen[^]*v1 → v2[^]*Committed[^]*Deliver .*game:v2[^]*Fetched[^]*game-repo[^]*Delivered[^]*game-app/,
    );
    await picture('image-update');
  });

  it('says why a tag is not chosen', async () => {
    await pushTag(registryAddress, 'nightly');
    await page.goto(
      `${portalUrl}/gitops/objects/demo/ImagePolicy/default/game/candidates`,
    );
    await seeText('First in the order of the policy');
    await picture('image-candidates');
    const filtered = page.getByRole('button', {
      name: /The pattern does not match/,
    });
    await filtered.click();
    await seeText('nightly');
    expect(await filtered.innerText()).toMatch(/1$/);
  });

  it('shows what an automation pushed, and what it would push', async () => {
    const address = `${portalUrl}/gitops/objects/demo/ImageUpdateAutomation/default/game`;
    await page.goto(`${address}/updates`);
    await seeText('Delivered');
    await page.goto(`${address}/preview`);
    await page.getByRole('button', { name: 'Show the difference' }).click();
    await seeText(/Nothing would change/);

    const suspended = async (suspend: boolean) =>
      kubectl(
        ...['patch', 'imageupdateautomation/game', '--type=merge'],
        ...['-p', JSON.stringify({ spec: { suspend } })],
      );
    await suspended(true);
    await pushTag(registryAddress, 'v3');
    await kubectl(
      ...['wait', '--for=jsonpath={.status.latestRef.tag}=v3'],
      ...['--timeout=60s', 'imagepolicy/game'],
    );
    await page.getByRole('button', { name: 'Look again' }).click();
    const diff = page.getByRole('group', { name: /base\/deployment\.yaml/ });
    await diff.waitFor();
    expect(await diff.innerText()).toMatch(
      /-\s.*image: .*game:v2 # [^]*\+\s.*image: .*game:v3 # /,
    );
    await picture('image-preview');
    await suspended(false);
    await page.goto(`${portalUrl}/catalog/default/component/game/gitops`);
  });

  it('suspends with a reason and resumes', async () => {
    const suspended = () =>
      kubectl(
        'get',
        'kustomization/game-app',
        '-o',
        'jsonpath={.spec.suspend}',
      );
    await page
      .getByRole('button', { name: 'Suspend', exact: true })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Investigating a crash');
    await picture('suspend-dialog');
    await dialog.getByRole('button', { name: 'Suspend' }).click();
    await seeText('Suspended');
    expect(await suspended()).toBe('true');
    await picture('suspended');

    await page.getByRole('button', { name: 'Resume' }).first().click();
    await page
      .getByRole('button', { name: 'Suspend', exact: true })
      .first()
      .waitFor();
    expect(await suspended()).not.toBe('true');
  });

  it('lists all objects', async () => {
    await page.goto(`${portalUrl}/gitops`);
    await seeText('All 7 objects are Ready');
    await picture('objects');
    expect(await page.getByText('game-app').count()).toBeGreaterThan(0);
  });

  it('tells the team in the portal, and shows who is told of what', async () => {
    await page.goto(`${portalUrl}/notifications`);
    const told = page.getByText(
      'GitRepository default/game-repo: new artifact',
    );
    await told.waitFor();
    await picture('portal-notifications');
    await told.click();
    await page.waitForURL('**/gitops/objects/demo/GitRepository/**');

    const address = `${portalUrl}/gitops/objects/demo/Alert/default/game`;
    await page.goto(address);
    const flow = page.getByRole('list', { name: 'Who is told of what' });
    await flow.waitFor();
    expect((await flow.innerText()).replace(/\s+/g, ' ')).toBe(
      'Events of game-repo every Kustomization game Alert game Ready Provider portal Ready',
    );
    expect(await page.getByRole('button', { name: 'Reconcile' }).count()).toBe(
      0,
    );
    await picture('alert');
    await page.goto(`${address}/notifications`);
    await page.getByRole('button', { name: 'Send a test' }).click();
    await seeText('Provider portal took the test');
    await seeText('NewArtifact');
    await picture('alert-notifications');
  });

  it('adds a source by the template', async () => {
    await page.goto(`${portalUrl}/create`);
    await page.getByRole('button', { name: 'Choose' }).click();
    await page.getByRole('button', { name: /Kind/ }).click();
    await page.getByRole('option', { name: 'Git repository' }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill(gitUrl);
    await picture('add-source');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('twin');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('Watch the source').click();
    await seeText(/stored artifact for revision/);
    expect(
      await kubectl(
        'get',
        'gitrepository/twin',
        '-o',
        'jsonpath={.spec.ref.branch}',
      ),
    ).toBe('main');
  });
});
