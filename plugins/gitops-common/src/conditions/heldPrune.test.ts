import { GitopsObject } from '../objects';
import { heldPruneConditionOf, isPruneApproved } from './heldPrune';
import { statusOf } from './statusOf';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

const object = (
  approval?: string,
  condition: object = { status: 'True', reason: 'MassPrune' },
): GitopsObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: {
    name: 'app',
    ...(approval !== undefined && {
      annotations: { 'backstage-gitops.io/approved-prune': approval },
    }),
  },
  spec: {},
  status: {
    conditions: [
      {
        type: 'PruneHeld',
        message: `Prune is held for approval: annotate it with ${DIGEST}`,
        lastTransitionTime: '2026-11-22T12:00:00Z',
        ...condition,
      },
      {
        type: 'Ready',
        status: 'False',
        reason: 'PruneHeld',
        message: 'Applied, and a prune is held',
        lastTransitionTime: '2026-11-22T12:00:00Z',
      },
    ],
  },
});

describe('a held prune', () => {
  it('is said by a condition of its own', () => {
    expect(heldPruneConditionOf(object())?.reason).toBe('MassPrune');
    expect(
      heldPruneConditionOf(object(undefined, { status: 'False' })),
    ).toBeUndefined();
    expect(
      heldPruneConditionOf({ ...object(), status: undefined }),
    ).toBeUndefined();
  });

  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    ['sha256:', false],
    ['a'.repeat(64), false],
    [OTHER, false],
    [DIGEST, true],
    [` ${DIGEST}\n`, true],
  ])('is approved by %j: %s', (approval, approved) => {
    expect(isPruneApproved(object(approval))).toBe(approved);
  });

  it('is not approved where the cluster was replaced', () => {
    const held = { status: 'True', reason: 'HomeReplaced' };
    expect(isPruneApproved(object(DIGEST, held))).toBe(false);
  });

  it('needs attention without being a failure', () => {
    expect(statusOf(object())).toMatchObject({
      word: 'Drifted',
      reason: 'PruneHeld',
      sentence: 'Applied, and a prune is held',
    });
  });
});
