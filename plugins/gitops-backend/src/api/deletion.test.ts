import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import { ApiWorld } from './__testUtils__/ApiWorld';
import { kustomization } from './__testUtils__/objects';
import { onlyIn } from './__testUtils__/policy';

const PERMISSION = 'gitops.object.delete';
const URL = '/objects/local/Kustomization/default/app/delete';
const BODY = { uid: 'uid-default-app' };

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile', edge: 'observe' });
});

describe('POST …/delete', () => {
  it('deletes the very object that was looked at, on record', async () => {
    world.put(kustomization('app'));
    const { status, body } = await world.post(URL, BODY);
    expect(status).toBe(200);
    expect(body.key).toMatchObject({ name: 'app' });
    expect(world.deletions).toEqual([
      {
        home: 'local',
        ref: {
          apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
          kind: 'Kustomization',
          namespace: 'default',
          name: 'app',
        },
        options: BODY,
      },
    ]);
    expect(world.audited).toEqual([
      {
        created: expect.objectContaining({
          eventId: 'object-change',
          actionType: 'delete',
          name: 'app',
        }),
        end: 'success',
        meta: BODY,
      },
    ]);
  });

  it('deletes none that somebody made anew', async () => {
    world.put(kustomization('app'));
    const { status, body } = await world.post(URL, { uid: 'of-the-former' });
    expect(status).toBe(409);
    expect(body.error?.code).toBe('GITOPS_CONFLICT');
    expect(world.deletions).toEqual([]);
  });

  it('deletes none that is registered, or delivered from Git: it would come back', async () => {
    world.put(kustomization('app'));
    world.registrations.push({
      entityRef: 'kustomization:default/app',
      objectId: 'local/Kustomization/default/app',
    } as (typeof world.registrations)[number]);
    const registered = await world.post(URL, BODY);
    expect(registered.status).toBe(409);
    expect(registered.body.error?.message).toContain('unregister its location');
    world.registrations.splice(0);
    world.put(
      kustomization('app', {
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'parent' },
      }),
    );
    const delivered = await world.post(URL, BODY);
    expect(delivered.status).toBe(409);
    expect(delivered.body.error?.message).toContain('Kustomization parent');
    expect(world.deletions).toEqual([]);
  });

  it('deletes nothing in a home that is only observed', async () => {
    world.put(kustomization('app'), 'edge');
    const { status } = await world.post(URL.replace('local', 'edge'), BODY);
    expect(status).toBe(409);
    expect(world.deletions).toEqual([]);
  });

  it('needs the permission, of this object', async () => {
    world.put(kustomization('app'));
    world.policy[PERMISSION] = onlyIn('other');
    const { status, body } = await world.post(URL, BODY);
    expect(status).toBe(403);
    expect(body.error?.message).toContain(PERMISSION);
    expect(world.deletions).toEqual([]);
    const { body: detail } = await world.get(URL.replace('/delete', ''));
    expect(detail.may).toMatchObject({ delete: false });
    world.policy['gitops.object.read'] = onlyIn('other');
    expect((await world.post(URL, BODY)).status).toBe(404);
  });

  it('says what the home refuses', async () => {
    world.put(kustomization('app'));
    world.refusal = new KubernetesApiError({
      status: 403,
      reason: 'Forbidden',
      apiMessage: 'cannot delete',
      where: 'delete Kustomization/default/app',
      server: 'https://home.example',
    });
    const { status, body } = await world.post(URL, BODY);
    expect(status).toBe(502);
    expect(body.error?.message).toContain('cannot delete');
  });

  it.each([{}, { uid: '' }, { uid: 1 }, { ...BODY, force: true }])(
    'refuses %j',
    async body => {
      world.put(kustomization('app'));
      expect((await world.post(URL, body)).status).toBe(400);
    },
  );
});
