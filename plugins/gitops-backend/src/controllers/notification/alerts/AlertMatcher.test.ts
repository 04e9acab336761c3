import { Alert, alertKind } from '@backstage-gitops/plugin-gitops-common';
import { HomeEvent } from '../events/EventOutbox';
import { mergeMetadata } from '../events/metadata';
import { AlertMatcher } from './AlertMatcher';

const alert = (spec: Partial<Alert['spec']>): Alert => ({
  apiVersion: alertKind.apiVersion,
  kind: alertKind.kind,
  metadata: { name: 'alert', namespace: 'team' },
  spec: {
    providerRef: { name: 'p' },
    eventSources: [{ kind: 'Kustomization', name: '*' }],
    ...spec,
  },
});

const happened = (
  change: Partial<HomeEvent['event']> = {},
  object: Partial<HomeEvent['event']['involvedObject']> = {},
  labels: Record<string, string> = {},
): HomeEvent => ({
  home: 'demo',
  labels,
  event: {
    involvedObject: {
      ...{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1' },
      ...{ kind: 'Kustomization', namespace: 'team', name: 'app' },
      ...object,
    },
    ...{ severity: 'info', timestamp: '2026-11-23T10:00:00Z' },
    ...{ message: 'Applied revision: main', reason: 'Succeeded' },
    reportingController: 'kustomize-controller',
    ...change,
  },
});

describe('AlertMatcher', () => {
  const app = { kind: 'Kustomization', name: 'app' } as const;
  it.each<[string, Partial<Alert['spec']>, HomeEvent, boolean]>([
    ['any of a kind', {}, happened(), true],
    ['not another kind', {}, happened({}, { kind: 'HelmRelease' }), false],
    ['not another namespace', {}, happened({}, { namespace: 'else' }), false],
    [
      'another namespace that is named',
      { eventSources: [{ ...app, namespace: 'else' }] },
      happened({}, { namespace: 'else' }),
      true,
    ],
    ['a name', { eventSources: [app] }, happened(), true],
    [
      'not another name',
      { eventSources: [app] },
      happened({}, { name: 'b' }),
      false,
    ],
    [
      'the second of two sources',
      { eventSources: [{ kind: 'Bucket', name: '*' }, app] },
      happened(),
      true,
    ],
    [
      'labels',
      { eventSources: [{ ...app, matchLabels: { tier: 'a' } }] },
      happened({}, {}, { tier: 'a', more: 'b' }),
      true,
    ],
    [
      'not other labels',
      { eventSources: [{ ...app, matchLabels: { tier: 'a' } }] },
      happened({}, {}, { tier: 'b' }),
      false,
    ],
    [
      'not what only looks like a label',
      { eventSources: [{ ...app, matchLabels: { constructor: 'a' } }] },
      happened(),
      false,
    ],
    ['errors with info', {}, happened({ severity: 'error' }), true],
    [
      'errors with error',
      { eventSeverity: 'error' },
      happened({ severity: 'error' }),
      true,
    ],
    ['no info with error', { eventSeverity: 'error' }, happened(), false],
    ['nothing while suspended', { suspend: true }, happened(), false],
    ['what is included', { inclusionList: ['x', 'Appl.ed'] }, happened(), true],
    ['not what is not', { inclusionList: ['^revision'] }, happened(), false],
    ['not what is excluded', { exclusionList: ['main$'] }, happened(), false],
    [
      'excluded wins',
      { inclusionList: ['.*'], exclusionList: ['revision'] },
      happened(),
      false,
    ],
    [
      'the valid entries of a list',
      { inclusionList: ['(', 'revision'] },
      happened(),
      true,
    ],
    [
      'nothing where no entry of inclusions is valid',
      { inclusionList: ['('] },
      happened(),
      false,
    ],
    [
      'all where no entry of exclusions is valid',
      { exclusionList: ['('] },
      happened(),
      true,
    ],
  ])('matches %s', (_, spec, event, expected) => {
    expect(new AlertMatcher(alert(spec)).matches(event)).toBe(expected);
  });

  it('names entries that are no regular expressions', () => {
    const matcher = new AlertMatcher(
      alert({ inclusionList: ['('], exclusionList: ['[', 'a'] }),
    );
    expect(matcher.invalid).toMatchObject([
      { list: 'inclusion', text: '(' },
      { list: 'exclusion', text: '[' },
    ]);
  });

  it('takes a catastrophic expression for one like others', () => {
    const matcher = new AlertMatcher(alert({ inclusionList: ['(a+)+$'] }));
    const message = `${'a'.repeat(50_000)}!`;
    expect(matcher.matches(happened({ message }))).toBe(false);
  });
});

describe('mergeMetadata', () => {
  it('lets the controller win over the Alert, and that over annotations', () => {
    const { metadata, conflicts } = mergeMetadata(
      happened({
        metadata: {
          'event.toolkit.fluxcd.io/summary': 'by annotation',
          'event.toolkit.fluxcd.io/team': 'a',
          'event.toolkit.fluxcd.io/revision': 'by annotation',
          'kustomize.toolkit.fluxcd.io/revision': 'main@sha1:abc',
          'kustomize.toolkit.fluxcd.io/token': 'internal',
        },
      }).event,
      alert({ summary: 'by summary', eventMetadata: { env: 'prod' } }),
    );
    expect(Object.entries(metadata)).toEqual([
      ['env', 'prod'],
      ['revision', 'main@sha1:abc'],
      ['summary', 'by summary'],
      ['team', 'a'],
    ]);
    expect(conflicts).toEqual({
      revision: [
        'involved object annotations',
        'involved object controller metadata',
      ],
      summary: ['involved object annotations', 'Alert object .spec.summary'],
    });
  });

  it('takes keys of objects for keys', () => {
    const { metadata } = mergeMetadata(
      happened().event,
      alert({
        eventMetadata: JSON.parse('{"__proto__": "a", "constructor": "b"}'),
      }),
    );
    expect(Object.entries(metadata)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});
