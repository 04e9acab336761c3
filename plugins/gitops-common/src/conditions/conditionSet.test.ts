import { Condition } from '../objects';
import { ConditionSet } from './conditionSet';
import { ConditionType, Reason } from './constants';
import { MAX_MESSAGE_LENGTH } from './message';

function setup(conditions: Condition[] = [], generation = 3) {
  let now = Date.parse('2026-01-31T12:00:00.750Z');
  const set = new ConditionSet({
    conditions,
    generation,
    clock: () => new Date(now),
  });
  const pass = (seconds: number) => {
    now += seconds * 1000;
  };
  return { set, pass };
}

describe('ConditionSet', () => {
  it('stamps generation and whole seconds', () => {
    const { set } = setup();
    set.markTrue(ConditionType.Ready, Reason.Succeeded, 'fine');
    expect(set.toArray()).toEqual([
      {
        type: 'Ready',
        status: 'True',
        observedGeneration: 3,
        lastTransitionTime: '2026-01-31T12:00:00Z',
        reason: 'Succeeded',
        message: 'fine',
      },
    ]);
  });

  it('moves the time when status, reason or message change, and only then', () => {
    const { set, pass } = setup();
    const time = () => set.get('Ready')?.lastTransitionTime.slice(11, 19);
    set.markTrue('Ready', 'A', 'x');
    pass(1);
    set.markTrue('Ready', 'A', 'x');
    expect(time()).toBe('12:00:00');
    set.markTrue('Ready', 'A', 'y');
    expect(time()).toBe('12:00:01');
    pass(1);
    set.markTrue('Ready', 'B', 'y');
    expect(time()).toBe('12:00:02');
    pass(1);
    set.markFalse('Ready', 'B', 'y');
    expect(time()).toBe('12:00:03');
  });

  it('takes the new generation without moving the time', () => {
    const old = setup([], 1);
    old.set.markTrue('Ready', 'A', 'x');
    const { set, pass } = setup(old.set.toArray(), 2);
    pass(60);
    set.markTrue('Ready', 'A', 'x');
    expect(set.get('Ready')).toMatchObject({
      observedGeneration: 2,
      lastTransitionTime: '2026-01-31T12:00:00Z',
    });
  });

  it('cuts long messages', () => {
    const { set } = setup();
    set.markFalse('Ready', 'A', 'é'.repeat(MAX_MESSAGE_LENGTH + 1));
    const message = set.get('Ready')?.message ?? '';
    expect(message).toHaveLength(MAX_MESSAGE_LENGTH);
    expect(message.endsWith('é...')).toBe(true);
    set.markFalse('Ready', 'A', `x${'😀'.repeat(MAX_MESSAGE_LENGTH)}`);
    expect(set.get('Ready')?.message.endsWith('😀...')).toBe(true);
  });

  it('Reconciling and Stalled exclude each other', () => {
    const { set } = setup();
    set.markReconciling('Progressing', 'a');
    set.markStalled('URLInvalid', 'b');
    expect(set.get('Reconciling')).toBeUndefined();
    set.markReconciling('Progressing', 'c');
    expect(set.get('Stalled')).toBeUndefined();
  });

  it('writes Stalled, Reconciling, Ready, then by generation, then by name', () => {
    const foreign: Condition[] = [
      {
        type: 'Alien',
        status: 'True',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-01T00:00:00Z',
        reason: 'A',
        message: '',
      },
    ];
    const { set } = setup(foreign);
    set.markTrue('Zeta', 'A', '');
    set.markTrue('ArtifactInStorage', 'A', '');
    set.markTrue('Ready', 'A', '');
    set.markReconciling('A', '');
    expect(set.toArray().map(c => c.type)).toEqual([
      'Reconciling',
      'Ready',
      'ArtifactInStorage',
      'Zeta',
      'Alien',
    ]);
  });

  it('is ready only when nothing else is under way', () => {
    const { set } = setup();
    set.markTrue('Ready', 'A', '');
    expect(set.isReady()).toBe(true);
    set.markReconciling('A', '');
    expect(set.isReady()).toBe(false);
    set.markStalled('A', '');
    expect(set.isReady()).toBe(false);
  });

  it('does not let Ready flap on routine runs', () => {
    const { set } = setup();
    set.markProgressing('first', { changed: false });
    expect(set.get('Ready')?.status).toBe('Unknown');
    set.markTrue('Ready', 'Succeeded', 'done');
    set.markProgressing('routine', { changed: false });
    expect(set.get('Ready')?.message).toBe('done');
    set.markProgressing('new revision', { changed: true });
    expect(set.get('Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'Progressing',
      message: 'new revision',
    });
  });
});

describe('summary', () => {
  const PRIORITY = [
    'StorageOperationFailed',
    'FetchFailed',
    'ArtifactOutdated',
    'ArtifactInStorage',
    'Reconciling',
  ];

  function ready(marks: [string, 'True' | 'False' | 'Unknown'][]) {
    const { set } = setup();
    for (const [type, status] of marks) set.set(type, status, type, 'text');
    set.summarize(PRIORITY);
    const condition = set.get('Ready');
    return condition && [condition.status, condition.reason];
  }

  it.each([
    [[], undefined],
    [[['Foreign', 'True']], undefined],
    [[['ArtifactInStorage', 'True']], ['True', 'ArtifactInStorage']],
    [
      [
        ['ArtifactInStorage', 'True'],
        ['FetchFailed', 'True'],
      ],
      ['False', 'FetchFailed'],
    ],
    [
      [
        ['FetchFailed', 'True'],
        ['StorageOperationFailed', 'True'],
      ],
      ['False', 'StorageOperationFailed'],
    ],
    [
      [
        ['ArtifactInStorage', 'False'],
        ['ArtifactOutdated', 'True'],
      ],
      ['False', 'ArtifactOutdated'],
    ],
    [
      [
        ['ArtifactInStorage', 'False'],
        ['FetchFailed', 'False'],
      ],
      ['False', 'ArtifactInStorage'],
    ],
    [
      [
        ['ArtifactInStorage', 'True'],
        ['FetchFailed', 'False'],
        ['ArtifactOutdated', 'Unknown'],
      ],
      ['True', 'ArtifactInStorage'],
    ],
    [
      [
        ['FetchFailed', 'False'],
        ['ArtifactInStorage', 'Unknown'],
      ],
      ['Unknown', 'FetchFailed'],
    ],
    [[['ArtifactInStorage', 'Unknown']], ['Unknown', 'ArtifactInStorage']],
  ] as [[string, 'True' | 'False' | 'Unknown'][], unknown][])(
    '%j gives %j',
    (marks, expected) => {
      expect(ready(marks)).toEqual(expected);
    },
  );
});
