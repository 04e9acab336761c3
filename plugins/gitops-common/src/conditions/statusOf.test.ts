import { Condition, GitopsObject } from '../objects';
import { statusOf } from './statusOf';

type Mark = [
  type: string,
  status: Condition['status'],
  reason?: string,
  message?: string,
  generation?: number,
];

function object(marks: Mark[], rest: Partial<GitopsObject> = {}): GitopsObject {
  const { metadata, ...more } = rest;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'a', generation: 2, ...metadata },
    spec: {},
    status: {
      observedGeneration: 2,
      conditions: marks.map(
        ([
          type,
          status,
          reason = 'R',
          message = `${type} text`,
          generation = 2,
        ]) => ({
          type,
          status,
          reason,
          message,
          observedGeneration: generation,
          lastTransitionTime: '2026-01-31T12:00:00Z',
        }),
      ),
    },
    ...more,
  };
}

describe('statusOf', () => {
  it.each<[string, GitopsObject, string, string]>([
    ['ready', object([['Ready', 'True']]), 'Ready', 'Ready text'],
    [
      'under way',
      object([
        ['Ready', 'Unknown'],
        ['Reconciling', 'True'],
      ]),
      'Progressing',
      'Reconciling text',
    ],
    [
      'a routine run',
      object([
        ['Ready', 'True'],
        ['Reconciling', 'True'],
      ]),
      'Progressing',
      'Reconciling text',
    ],
    [
      'failed, to be retried',
      object([
        ['Ready', 'False', 'BuildFailed', 'no such file'],
        ['Reconciling', 'True', 'ProgressingWithRetry'],
      ]),
      'Failed',
      'no such file',
    ],
    [
      'stalled',
      object([
        ['Ready', 'False'],
        ['Stalled', 'True', 'URLInvalid', 'bad url'],
      ]),
      'Failed',
      'bad url',
    ],
    [
      'given up',
      object([
        ['Ready', 'False', 'UpgradeFailed', 'Helm upgrade failed: no'],
        ['Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade'],
      ]),
      'Failed',
      'Failed to upgrade: Helm upgrade failed: no',
    ],
    [
      'stalled before the last change',
      object([
        ['Ready', 'False', 'R', 'x', 1],
        ['Stalled', 'True', 'URLInvalid', 'bad url', 1],
      ]),
      'Progressing',
      'The last change has not been taken up yet.',
    ],
    [
      'ready before the last change',
      object([['Ready', 'True', 'R', 'x', 1]]),
      'Progressing',
      'The last change has not been taken up yet.',
    ],
    [
      'a dependency is missing',
      object([['Ready', 'False', 'DependencyNotReady', 'infra is not ready']]),
      'Waiting',
      'infra is not ready',
    ],
    [
      'the source has no artifact yet',
      object([
        ['Ready', 'False', 'ArtifactFailed', 'not found, retrying in 30s'],
      ]),
      'Waiting',
      'not found, retrying in 30s',
    ],
    [
      'the path is wrong',
      object([['Ready', 'False', 'ArtifactFailed', 'path not found: x']]),
      'Failed',
      'path not found: x',
    ],
    [
      'drifted',
      object([
        ['Ready', 'True'],
        ['Drifted', 'True'],
      ]),
      'Drifted',
      'Drifted text',
    ],
    [
      'suspended, whatever it was before',
      object([['Ready', 'False']], { spec: { suspend: true } }),
      'Suspended',
      'Reconciling is suspended.',
    ],
    [
      'being deleted',
      object([['Ready', 'True']], {
        metadata: { name: 'a', deletionTimestamp: '2026-01-31T12:00:00Z' },
        spec: { suspend: true },
      }),
      'Progressing',
      'The object is being deleted.',
    ],
    [
      'fresh',
      object([], { status: { observedGeneration: -1 } }),
      'Unknown',
      'Nobody has looked at it yet.',
    ],
    [
      'without Ready',
      object([['Healthy', 'True']]),
      'Unknown',
      'Its state is not known.',
    ],
    [
      'an Alert, which has no status',
      object([], {
        apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
        kind: 'Alert',
        status: undefined,
      }),
      'Ready',
      'Holds settings; there is nothing to reconcile.',
    ],
    [
      'a registry of charts',
      object([], {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'HelmRepository',
        spec: { type: 'oci' },
        status: undefined,
      }),
      'Ready',
      'Holds settings; there is nothing to reconcile.',
    ],
    [
      'an ArtifactGenerator that is switched off',
      object([['Ready', 'True']], {
        kind: 'ArtifactGenerator',
        metadata: {
          name: 'a',
          annotations: { 'source.extensions.fluxcd.io/reconcile': 'Disabled' },
        },
      }),
      'Suspended',
      'Reconciling is suspended.',
    ],
  ])('%s', (_, given, word, sentence) => {
    expect(statusOf(given)).toMatchObject({ word, sentence });
  });

  it('tells reason and time of the condition that decided', () => {
    expect(
      statusOf(object([['Ready', 'False', 'BuildFailed', 'text']])),
    ).toEqual({
      word: 'Failed',
      sentence: 'text',
      reason: 'BuildFailed',
      since: '2026-01-31T12:00:00Z',
    });
  });
});
