import { Registration } from '../catalog/Registration';
import { DeliveryError } from '../catalog/DeliveryError';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';
import { onlyIn } from './__testUtils__/policy';

const APPROVE = 'gitops.registration.approve';
const URL = '/registrations/kustomization/default/game';
const REF = 'kustomization:default/game';

const pending = (options: Partial<Registration> = {}): Registration => ({
  entityRef: REF,
  location: 'url:http://u:p@git.test/raw/team/game/main/gitops/game.yaml',
  document: '0',
  digest: 'sha256:1',
  findings: [],
  home: 'local',
  kind: 'Kustomization',
  namespace: 'default',
  name: 'game',
  state: 'PendingApproval',
  code: 'NoClaim',
  message: 'no claim',
  warnings: [],
  appliedAt: null,
  revision: 1,
  failures: 0,
  dueAt: NOW,
  missingSince: null,
  updatedAt: NOW,
  ...options,
});

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile' });
  world.registrations.push(pending());
  world.sourceHosts = () => ['git.test'];
});

describe('approvals', () => {
  it('admit a manifest to what it is now, by whoever may', async () => {
    const client = world.typedClient();
    const row = await client.approveRegistration(REF, {
      serviceAccount: 'deployer',
      reason: 'reviewed',
    });
    expect(row).toMatchObject({
      may: { approve: true },
      approval: {
        decision: 'approved',
        by: 'user:default/ada',
        at: '2026-11-22T12:00:00.000Z',
        reason: 'reviewed',
        serviceAccount: 'deployer',
        sourceHosts: ['git.test'],
      },
    });
    expect(world.approvals.get(REF)).toMatchObject({
      digest: 'sha256:1',
      home: 'local',
      location: 'url:http://git.test/raw/team/game/main/gitops/game.yaml',
    });
    expect(world.decisions).toBe(1);
    expect(world.audited).toEqual([
      {
        created: {
          eventId: 'registration-decision',
          actionType: 'approve',
          entityRef: REF,
        },
        end: 'success',
        meta: { serviceAccount: 'deployer', reason: 'reviewed' },
      },
    ]);
  });

  it('reject one with a reason, and can be thought over', async () => {
    const client = world.typedClient();
    const rejected = await client.rejectRegistration(REF, { reason: 'no' });
    expect(rejected.approval).toMatchObject({ decision: 'rejected' });
    world.registrations[0] = pending({
      state: 'Rejected',
      code: 'ApprovalRefused',
    });
    const approved = await client.approveRegistration(REF);
    expect(approved.approval).toMatchObject({ decision: 'approved' });
  });

  it.each([
    ['approve', {}],
    ['reject', { reason: 'no' }],
  ])(
    'to %s needs the permission, also where one may see it',
    async (verb, body) => {
      world.policy[APPROVE] = { result: 'DENY' };
      expect((await world.get(URL)).body).toMatchObject({
        may: { approve: false },
      });
      const { status, body: answer } = await world.post(`${URL}/${verb}`, body);
      expect(status).toBe(403);
      expect(answer.error?.message).toContain(APPROVE);
      expect(world.approvals.size).toBe(0);
      expect(world.audited).toEqual([expect.objectContaining({ end: 'fail' })]);
    },
  );

  it('are decided by where the object would be', async () => {
    world.policy[APPROVE] = onlyIn('default');
    expect((await world.post(`${URL}/approve`, {})).status).toBe(200);
    world.policy[APPROVE] = onlyIn('other');
    expect((await world.post(`${URL}/approve`, {})).status).toBe(403);
  });

  it('do not exist of what may not be seen', async () => {
    world.policy['gitops.object.read'] = onlyIn('other');
    expect((await world.post(`${URL}/approve`, {})).status).toBe(404);
    world.policy['gitops.object.read'] = { result: 'DENY' };
    expect((await world.post(`${URL}/reject`, { reason: 'x' })).status).toBe(
      404,
    );
  });

  it.each<[string, Partial<Registration>]>([
    [
      'that a claim refuses',
      { state: 'Rejected', code: 'NamespaceNotClaimed' },
    ],
    ['that a claim admits', { state: 'Applied', code: undefined }],
    ['that is new', { state: undefined, code: undefined }],
  ])('are not about a manifest %s', async (_, options) => {
    world.registrations[0] = pending(options);
    const { status, body } = await world.post(`${URL}/approve`, {});
    expect(status).toBe(409);
    expect(body.error?.code).toBe('GITOPS_NOT_SUPPORTED');
    expect(world.approvals.size).toBe(0);
  });

  it('want a ServiceAccount where the home applies nothing without one', async () => {
    world = new ApiWorld(
      { local: 'reconcile' },
      { allowPortalCredential: false },
    );
    world.registrations.push(pending());
    const { status, body } = await world.post(`${URL}/approve`, {});
    expect(status).toBe(400);
    expect(body.error?.message).toContain('serviceAccount');
    const named = { serviceAccount: 'deployer' };
    expect((await world.post(`${URL}/approve`, named)).status).toBe(200);
  });

  it('wait until the file holds what was looked at', async () => {
    world.sourceHosts = () => {
      throw new DeliveryError({
        state: 'ManifestStale',
        code: 'ManifestChanged',
        message: 'the file changed',
      });
    };
    const { status, body } = await world.post(`${URL}/approve`, {});
    expect(status).toBe(409);
    expect(body.error?.message).toContain('the file changed');
  });

  it.each([
    ['approve', { serviceAccount: 'Not A Name' }],
    ['approve', { reason: '' }],
    ['approve', { force: true }],
    ['reject', {}],
    ['reject', { reason: 'x'.repeat(501) }],
  ])('refuse %s with %j', async (verb, body) => {
    expect((await world.post(`${URL}/${verb}`, body)).status).toBe(400);
  });
});
