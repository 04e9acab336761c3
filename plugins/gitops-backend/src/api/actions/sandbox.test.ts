import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ClusterClient,
  createClusterClient,
  loadKubeConfig,
  waitForHealth,
} from '@backstage-gitops/kubernetes-apply';
import {
  GitopsObject,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  SandboxKubernetes,
  startKubernetesApi,
} from '@backstage-gitops/sandbox';
import { quietLogger } from '../../__testUtils__/quietLogger';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { installCrds } from '../../homes/installCrds';
import { ObjectChangedError, ObjectNotFoundError } from '../errors';
import { locateObject } from '../objects/locateObject';
import { ObjectIndex } from '../objects/ObjectIndex';
import { ObjectActions } from './ObjectActions';

const KEY = {
  home: 'local',
  kind: 'Kustomization',
  namespace: 'default',
  name: 'app',
};
const REF = {
  apiVersion: kustomizationKind.apiVersion,
  kind: 'Kustomization',
  namespace: 'default',
  name: 'app',
};
const BY = { actor: 'user:default/ada', reason: 'Freeze' };

/** What a repository holds; Git is another writer than the portal. */
const fromGit = (spec: object = {}): KubernetesObject => ({
  apiVersion: REF.apiVersion,
  kind: REF.kind,
  metadata: { name: 'app', namespace: 'default' },
  spec: {
    interval: '5m0s',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'game-repo' },
    ...spec,
  },
});

describe('actions in a home', () => {
  let directory: string;
  let api: SandboxKubernetes;
  let client: ClusterClient;
  let home: Home;
  let index: ObjectIndex;
  let actions: ObjectActions;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'gitops-api-'));
    api = await startKubernetesApi({ dataDir: directory });
    client = createClusterClient({
      kubeConfig: await loadKubeConfig(api.kubeconfig),
    });
    await installCrds({
      client,
      kinds: [kustomizationKind],
      logger: quietLogger,
    });
    await waitForHealth({
      client,
      refs: [
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          name: `${kustomizationKind.plural}.${kustomizationKind.group}`,
        },
      ],
      timeoutMs: 30_000,
    });
    home = new Home({
      name: 'local',
      mode: 'observe',
      client,
      allowPortalCredential: true,
    });
    home.markConnected();
    index = new ObjectIndex({ homes: new Homes([home]) });
    actions = new ObjectActions({
      registeredAs: async () => undefined,
      heldPrune: async () => undefined,
      index,
    });
  });

  afterAll(async () => {
    await client.close();
    await api.stop();
    await rm(directory, { recursive: true });
  });

  const apply = (object: KubernetesObject) =>
    client.apply<GitopsObject>(object, {
      fieldManager: 'kustomize-controller',
      force: true,
    });
  /** As the watch would have it. */
  const located = async () => {
    home.cache.set((await client.get<GitopsObject>(REF))!, []);
    return locateObject(index, KEY);
  };
  const live = async () => (await client.get<GitopsObject>(REF))!;

  beforeEach(async () => {
    await apply(fromGit());
  });

  afterEach(async () => {
    await client.delete(REF);
  });

  it('a suspension outlives applies from Git that do not name it', async () => {
    const { summary } = await actions.suspend(await located(), BY);
    expect(summary.status.word).toBe('Suspended');
    await apply(fromGit({ path: './elsewhere' }));
    const object = await live();
    expect(object.spec).toMatchObject({ suspend: true, path: './elsewhere' });
    expect(object.metadata.annotations).toEqual({
      'backstage-gitops.io/actor': 'user:default/ada',
      'backstage-gitops.io/suspend-reason': 'Freeze',
    });
  });

  it('an apply from Git that names it wins', async () => {
    await actions.suspend(await located(), BY);
    await apply(fromGit({ suspend: false }));
    expect((await live()).spec).toMatchObject({ suspend: false });
  });

  it('resuming leaves neither field nor reason behind', async () => {
    await actions.suspend(await located(), BY);
    const { summary } = await actions.resume(await located(), {
      actor: 'user:default/bob',
    });
    expect(summary.suspended).toBe(false);
    const object = await live();
    expect(object.spec).not.toHaveProperty('suspend');
    expect(object.metadata.annotations).toEqual({
      'backstage-gitops.io/actor': 'user:default/bob',
    });
  });

  it('a request for a reconcile changes no generation', async () => {
    const before = await live();
    await actions.reconcile(await located());
    const after = await live();
    expect(after.metadata.generation).toBe(before.metadata.generation);
    expect(
      after.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'],
    ).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('touches no other object of the same name', async () => {
    const old = await located();
    await client.delete(REF);
    await apply(fromGit());
    await expect(actions.suspend(old, BY)).rejects.toThrow(ObjectChangedError);
    expect((await live()).spec).not.toHaveProperty('suspend');
  });

  it('says that an object is gone', async () => {
    const old = await located();
    await client.delete(REF);
    await expect(actions.suspend(old, BY)).rejects.toThrow(ObjectNotFoundError);
    await apply(fromGit());
  });
});
