import { HeldPrune } from '../controllers/kustomize/HeldPrunes';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { kustomization } from './__testUtils__/objects';
import { onlyIn } from './__testUtils__/policy';

const PERMISSION = 'gitops.object.delete';
const OBJECT = '/objects/local/Kustomization/default/app';
const URL = `${OBJECT}/approve-prune`;
const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const BODY = { digest: DIGEST };

let world: ApiWorld;

function hold(changes: Partial<HeldPrune> = {}, home = 'local'): void {
  world.heldPrunes.set(
    `${home}/kustomize.toolkit.fluxcd.io/Kustomization/default/app`,
    {
      digest: DIGEST,
      reason: 'mass-prune',
      total: 300,
      entries: Array.from({ length: 250 }, (_, n) => ({
        id: `default_cm-${n}__ConfigMap`,
        v: 'v1',
      })),
      heldAt: NOW,
      ...changes,
    },
  );
}

beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile', edge: 'observe' });
  world.put(kustomization('app'));
});

describe('a held prune', () => {
  it('is part of the object, with a page of what it would delete', async () => {
    hold();
    const { status, body } = await world.get(OBJECT);
    expect(status).toBe(200);
    expect(body.heldPrune).toMatchObject({
      digest: DIGEST,
      reason: 'mass-prune',
      count: 250,
      total: 300,
      since: '2026-11-22T12:00:00.000Z',
      approvable: true,
    });
    expect(body.heldPrune?.items).toHaveLength(200);
    expect(body.heldPrune?.items[0]).toEqual({
      group: '',
      version: 'v1',
      kind: 'ConfigMap',
      namespace: 'default',
      name: 'cm-0',
    });
    world.heldPrunes.clear();
    expect((await world.get(OBJECT)).body).not.toHaveProperty('heldPrune');
  });

  it('is said of a home that is another cluster', async () => {
    world.home().setReplaced({ was: 'u1', is: 'u2' });
    const { body } = await world.get('/homes');
    expect(body.items?.[0]).toMatchObject({
      replaced: { was: 'u1', is: 'u2' },
    });
  });
});

describe('POST …/approve-prune', () => {
  it('writes the approval and who gave it to the object, on record', async () => {
    hold();
    const { status, body } = await world.post(URL, BODY);
    expect(status).toBe(200);
    expect(body.key).toMatchObject({ name: 'app' });
    expect(world.patches).toEqual([
      {
        home: 'local',
        ref: expect.objectContaining({ kind: 'Kustomization', name: 'app' }),
        options: {
          type: 'merge',
          fieldManager: 'backstage-gitops-portal',
          body: {
            metadata: {
              uid: 'uid-default-app',
              annotations: {
                'backstage-gitops.io/approved-prune': DIGEST,
                'backstage-gitops.io/actor': 'user:default/ada',
              },
            },
          },
        },
      },
    ]);
    expect(world.audited).toEqual([
      {
        created: expect.objectContaining({
          eventId: 'object-change',
          actionType: 'approve-prune',
          name: 'app',
        }),
        end: 'success',
        meta: BODY,
      },
    ]);
  });

  it.each<[string, () => void, string]>([
    ['of another set', () => hold({ digest: OTHER }), 'GITOPS_CONFLICT'],
    ['of nothing', () => {}, 'GITOPS_CONFLICT'],
    [
      'where the home is another cluster',
      () => hold({ reason: 'home-replaced' }),
      'GITOPS_NOT_SUPPORTED',
    ],
    [
      'of what is suspended',
      () => {
        hold();
        world.put(kustomization('app', { spec: { suspend: true } }));
      },
      'GITOPS_SUSPENDED',
    ],
  ])('approves none %s', async (_, prepare, code) => {
    prepare();
    const { status, body } = await world.post(URL, BODY);
    expect(status).toBe(409);
    expect(body.error?.code).toBe(code);
    expect(world.patches).toEqual([]);
    expect(world.audited).toMatchObject([{ end: 'fail' }]);
  });

  it('approves nothing in a home that is only observed', async () => {
    world.put(kustomization('app'), 'edge');
    hold({}, 'edge');
    const { status } = await world.post(URL.replace('local', 'edge'), BODY);
    expect(status).toBe(409);
    expect(world.patches).toEqual([]);
  });

  it('needs the permission to delete this object', async () => {
    hold();
    world.policy[PERMISSION] = onlyIn('other');
    const { status, body } = await world.post(URL, BODY);
    expect(status).toBe(403);
    expect(body.error?.message).toContain(PERMISSION);
    world.policy['gitops.object.read'] = onlyIn('other');
    expect((await world.post(URL, BODY)).status).toBe(404);
    expect(world.patches).toEqual([]);
  });

  it.each([
    {},
    { digest: '' },
    { digest: 'a'.repeat(64) },
    { digest: 1 },
    { ...BODY, force: true },
  ])('refuses %j', async body => {
    hold();
    expect((await world.post(URL, body)).status).toBe(400);
  });
});
