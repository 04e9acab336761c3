import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  GitopsApiError,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { renderGitops } from '../__testUtils__/renderGitops';
import { GitopsApiMock, objectDetail } from '../testUtils';
import { ConditionList } from './ConditionList/ConditionList';
import { ErrorPanel } from './ErrorPanel/ErrorPanel';
import { EventList } from './EventList/EventList';
import { ForbiddenState } from './ForbiddenState/ForbiddenState';
import { HistoryList } from './HistoryList/HistoryList';
import { InventoryList } from './InventoryList/InventoryList';
import { ObjectSummary } from './ObjectSummary/ObjectSummary';
import { RevisionText } from './RevisionText/RevisionText';
import { Warnings } from './Warnings/Warnings';

const show = (element: JSX.Element, api = new GitopsApiMock()) =>
  renderGitops(element, api);

describe('ErrorPanel', () => {
  it('says what failed, where, since when, when next, and what to do', async () => {
    const onRetry = jest.fn();
    show(
      <ErrorPanel
        title="The object could not be read"
        error={
          new GitopsApiError({
            message: 'Home demo does not answer',
            code: 'GITOPS_HOME_UNAVAILABLE',
            status: 503,
          })
        }
        where="Kustomization/default/game-app, demo"
        since={Date.now() - 120_000}
        nextTryAt={Date.now() + 8_500}
        onRetry={onRetry}
      />,
    );
    const panel = await screen.findByRole('alert');
    for (const text of [
      'The object could not be read',
      'Home demo does not answer',
      'Kustomization/default/game-app, demo',
      '2 minutes ago',
      'The home cluster does not answer the portal.',
    ]) {
      expect(panel).toHaveTextContent(text);
    }
    expect(panel).toHaveTextContent(/Next try\s*in \d+s/);
    const details = within(panel).getByText('Details').closest('details');
    expect(details).not.toHaveAttribute('open');
    expect(details).toHaveTextContent('GITOPS_HOME_UNAVAILABLE');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledTimes(1);
  });

  it.each([
    [new TypeError('Failed to fetch'), /backend does not answer/],
    [
      new GitopsApiError({ message: 'm', code: 'HTTP_401', status: 401 }),
      /Sign in again/,
    ],
    [
      new GitopsApiError({
        message: 'm',
        code: 'GITOPS_CONFLICT',
        status: 409,
      }),
      /changed it at the same time/,
    ],
    [new Error('odd'), /administrators of the portal/],
  ])('advises on %s', async (error, advice) => {
    show(<ErrorPanel error={error} />);
    expect(await screen.findByRole('alert')).toHaveTextContent(advice);
  });
});

describe('ForbiddenState', () => {
  it('names the permission that the refusal names', async () => {
    show(
      <ForbiddenState
        error={new Error('You need the permission gitops.object.suspend.')}
      />,
    );
    expect(
      await screen.findByText('It needs the permission gitops.object.suspend.'),
    ).toBeInTheDocument();
  });

  it('names the permission to read where the refusal names none', async () => {
    show(<ForbiddenState error={new Error('no')} />);
    expect(
      await screen.findByText('It needs the permission gitops.object.read.'),
    ).toBeInTheDocument();
  });
});

describe('RevisionText', () => {
  it.each([
    [
      'main@sha1:3f1c9d2e8a7b6054c1d2e3f405162738495a6b7c',
      false,
      'main@3f1c9d2',
    ],
    ['main@sha1:3f1c9d2e8a7b6054c1d2e3f405162738495a6b7c', true, '3f1c9d2'],
    ['6.9.4', true, '6.9.4'],
    ['127.0.0.1:5000/demo/game:v10', false, 'game:v10'],
    ['game:v1', false, 'game:v1'],
  ])('shortens %s', async (revision, hashOnly, text) => {
    show(<RevisionText revision={revision} hashOnly={hashOnly} />);
    expect(await screen.findByText(text)).toHaveAttribute('title', revision);
  });
});

describe('HistoryList', () => {
  it('shows runs that ended the same as one', async () => {
    show(
      <HistoryList
        history={[
          {
            digest: 'sha256:01',
            status: 'ReconciliationSucceeded',
            revision: 'main@sha1:3f1c9d2e8a7b6054c1d2e3f405162738495a6b7c',
            firstAt: new Date(Date.now() - 7_200_000).toISOString(),
            lastAt: new Date(Date.now() - 60_000).toISOString(),
            duration: '120ms',
            total: 12,
          },
          {
            digest: 'sha256:02',
            status: 'BuildFailed',
            firstAt: new Date(Date.now() - 9_000_000).toISOString(),
            lastAt: new Date(Date.now() - 9_000_000).toISOString(),
            duration: '7ms',
            total: 1,
          },
        ]}
      />,
    );
    const list = await screen.findByRole('list', { name: 'History' });
    const [last, failed] = within(list).getAllByRole('listitem');
    expect(last).toHaveTextContent('ReconciliationSucceededmain@3f1c9d2');
    expect(last).toHaveTextContent(
      /12 runs since 2 hours ago, the last one took 120ms/,
    );
    expect(failed).toHaveTextContent(/^BuildFailed.*took 7ms$/);
    expect(failed.querySelector('[data-mood]')).toHaveAttribute(
      'data-mood',
      'bad',
    );
  });

  it('shows revisions of a release with their tests', async () => {
    show(
      <HistoryList
        history={[
          {
            digest: 'sha256:01',
            status: 'deployed',
            firstAt: new Date(Date.now() - 60_000).toISOString(),
            lastAt: new Date(Date.now() - 60_000).toISOString(),
            release: {
              ...{ name: 'game', namespace: 'games', version: 2 },
              ...{ chart: 'game', chartVersion: '1.2.0', appVersion: '2.0' },
              action: 'upgrade',
              tests: [{ name: 'smoke', phase: 'Failed' }, { name: 'later' }],
            },
          },
        ]}
      />,
    );
    const list = await screen.findByRole('list', { name: 'History' });
    expect(list).toHaveTextContent('Revision 2deployed (upgrade)');
    expect(list).toHaveTextContent('Chart game 1.2.0, app 2.0');
    expect(list).toHaveTextContent('Release game in games');
    const tests = within(list).getByRole('list', { name: 'Tests' });
    expect(tests).toHaveTextContent('Test smoke: FailedTest later: not run');
  });

  it('says what it is for where nothing was delivered', async () => {
    show(<HistoryList history={[]} />);
    expect(
      await screen.findByText('Nothing was delivered yet'),
    ).toBeInTheDocument();
  });
});

describe('ConditionList', () => {
  it('has reason and message, and marks what speaks of an older generation', async () => {
    show(
      <ConditionList
        generation={3}
        conditions={[
          {
            type: 'Ready',
            status: 'False',
            observedGeneration: 2,
            lastTransitionTime: '2026-11-22T12:00:00Z',
            reason: 'BuildFailed',
            message: 'accumulating resources: no such file',
          },
        ]}
      />,
    );
    const item = await screen.findByRole('listitem');
    expect(item).toHaveTextContent('ReadyFalse, BuildFailed');
    expect(item).toHaveTextContent('accumulating resources: no such file');
    expect(item).toHaveTextContent(
      'speaks of generation 2, the object is at 3',
    );
  });

  it('says that there are none yet', async () => {
    show(<ConditionList conditions={[]} />);
    expect(await screen.findByText('No conditions yet')).toBeInTheDocument();
  });
});

describe('InventoryList', () => {
  const items = Array.from({ length: 9 }, (_, index) => ({
    group: index % 2 ? 'apps' : '',
    version: 'v1',
    kind: index % 2 ? 'Deployment' : 'ConfigMap',
    namespace: 'default',
    name: `object-${index}`,
  }));

  it('sorts by column and filters by what is typed', async () => {
    show(<InventoryList items={items} />);
    expect(await screen.findByText('9 objects')).toBeInTheDocument();
    const names = () =>
      screen.getAllByRole('rowheader').map(c => c.textContent);
    expect(names()[0]).toBe('object-0');
    await userEvent.click(screen.getByRole('columnheader', { name: 'Name' }));
    await userEvent.click(screen.getByRole('columnheader', { name: 'Name' }));
    await waitFor(() => expect(names()[0]).toBe('object-8'));
    await userEvent.type(screen.getByRole('searchbox'), 'object-3');
    await waitFor(() => expect(names()).toEqual(['object-3']));
  });

  it('says why it is empty', async () => {
    show(<InventoryList items={[]} />);
    expect(await screen.findByText('Nothing is applied')).toBeInTheDocument();
  });
});

describe('EventList', () => {
  const { key } = objectDetail();

  it('shows the latest events and more when asked', async () => {
    const api = new GitopsApiMock([objectDetail()]);
    api.events = Array.from({ length: 3 }, (_, index) => ({
      id: String(index),
      at: '2026-11-22T12:00:00Z',
      type: index ? ('Normal' as const) : ('Warning' as const),
      reason: `Reason${index}`,
      message: `message ${index}`,
    }));
    show(<EventList objectKey={key} pageSize={2} />, api);
    expect(await screen.findAllByRole('listitem')).toHaveLength(2);
    expect(screen.getByRole('img', { name: 'Warning' })).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
    await waitFor(() =>
      expect(screen.getAllByRole('listitem')).toHaveLength(3),
    );
  });

  it.each([
    ['nothing happened', (_: GitopsApiMock) => {}, 'No events yet'],
    ['forbidden', (api: GitopsApiMock) => api.forbid(), 'You may not see this'],
    [
      'failing',
      (api: GitopsApiMock) => {
        api.error = new Error('odd');
      },
      'odd',
    ],
  ])('has a state for: %s', async (_, prepare, text) => {
    const api = new GitopsApiMock([objectDetail()]);
    prepare(api);
    show(<EventList objectKey={key} />, api);
    expect(await screen.findByText(text)).toBeInTheDocument();
  });
});

describe('Warnings', () => {
  it('tells errors before warnings, each path once', async () => {
    show(
      <Warnings
        warnings={[
          {
            path: 'spec.validation',
            code: 'droppedField',
            message: 'spec.validation was dropped: Flux has no such field',
            severity: 'warning',
            from: 'home',
          },
          {
            path: 'spec.path',
            code: 'required',
            message: 'is required',
            severity: 'error',
            from: 'catalog',
          },
        ]}
      />,
    );
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(
      '1 error in the manifestspec.path is required (as registered)',
    );
    expect(screen.getByRole('note')).toHaveTextContent(
      /^1 warningspec\.validation was dropped: Flux has no such field$/,
    );
  });
});

describe('ObjectSummary', () => {
  it('shows what delivers it, by which commit', async () => {
    show(<ObjectSummary detail={objectDetail()} />);
    const flow = await screen.findByRole('list', { name: 'What delivers it' });
    const steps = within(flow)
      .getAllByRole('listitem')
      .map(step => step.textContent);
    expect(steps).toEqual([
      'GitRepositorygame-repoReady',
      expect.stringContaining('main@3f1c9d2Raise the number of replicasAda, '),
      'Kustomizationgame-appReady',
      'Inventory2 objectsDeployment, Service',
    ]);
    expect(within(flow).getByRole('link')).toHaveAttribute(
      'href',
      '/gitops/objects/demo/GitRepository/default/game-repo',
    );
  });

  it('explains a failure: reason, attempts, next try, advice', async () => {
    show(
      <ObjectSummary
        detail={objectDetail({
          status: {
            word: 'Failed',
            reason: 'BuildFailed',
            sentence: 'kustomization.yaml: no such file',
          },
          queue: {
            running: false,
            failures: 4,
            dueAt: new Date(Date.now() + 90_500).toISOString(),
          },
        })}
      />,
    );
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('BuildFailed: the last attempt failed');
    expect(alert).toHaveTextContent('kustomization.yaml: no such file');
    expect(alert).toHaveTextContent('Kustomization/default/game-app, demo');
    expect(alert).toHaveTextContent(/Attempts\s*4/);
    expect(alert).toHaveTextContent(/Next try\s*in 1m/);
    expect(alert).toHaveTextContent('Run kustomize build');
  });

  it('says who suspended it and why, and that a home is silent', async () => {
    show(
      <ObjectSummary
        detail={objectDetail({
          suspended: true,
          status: { word: 'Suspended', sentence: 'Reconciling is suspended.' },
          suspension: { actor: 'user:default/ada', reason: 'Release freeze' },
          homeState: 'disconnected',
        })}
      />,
    );
    expect(await screen.findByRole('note')).toHaveTextContent(
      'Suspended by adaRelease freeze',
    );
    expect(
      screen.getByText('The home demo does not answer'),
    ).toBeInTheDocument();
  });

  const settings = (kind: string, more: Partial<ObjectDetail>) =>
    objectDetail({
      key: { home: 'demo', kind, namespace: 'default', name: 'on-call' },
      ...{ revision: undefined, source: undefined, artifact: undefined },
      ...{ inventory: [], dependsOn: [], dependants: [], queue: undefined },
      status: { word: 'Ready', sentence: 'Holds settings.' },
      ...more,
    });
  const steps = async () =>
    within(await screen.findByRole('list', { name: 'Who is told of what' }))
      .getAllByRole('listitem')
      .map(step => step.textContent);

  it('shows of an Alert what it is about and who is told', async () => {
    const detail = settings('Alert', {
      spec: {
        eventSeverity: 'error',
        eventSources: [
          { kind: 'GitRepository', name: 'game-repo' },
          { kind: 'Kustomization', name: '*', namespace: 'team' },
          { kind: 'HelmRelease', name: '*', matchLabels: { tier: 'web' } },
        ],
      },
      dependsOn: [
        {
          ...{ relation: 'reference', kind: 'Provider' },
          ...{ namespace: 'default', name: 'chat' },
          status: { word: 'Ready', sentence: '' },
        },
      ],
    });
    show(<ObjectSummary detail={detail} />);
    expect(await steps()).toEqual([
      'Events ofgame-repoevery Kustomization teamHelmRelease tier=web',
      'Alerton-callReady',
      'ProviderchatReady',
    ]);
    expect(screen.getByText('Severity').parentElement).toHaveTextContent(
      'error',
    );
    expect(screen.queryByText('Next run')).not.toBeInTheDocument();
  });

  it('shows of a Provider which Alerts use it, and its type', async () => {
    const detail = settings('Provider', {
      spec: { type: 'generic', channel: 'ops@example.com' },
      metadata: {
        labels: {},
        annotations: { 'backstage-gitops.io/provider': 'email' },
      },
      dependants: [
        {
          ...{ relation: 'reference', kind: 'Alert' },
          ...{ namespace: 'default', name: 'everything' },
          status: { word: 'Ready', sentence: '' },
        },
      ],
    });
    show(<ObjectSummary detail={detail} />);
    expect(await steps()).toEqual([
      'AlerteverythingReady',
      'Provideron-callReady',
    ]);
    expect(screen.getByText('Type').parentElement).toHaveTextContent('email');
    expect(screen.getByText('Channel').parentElement).toHaveTextContent(
      'ops@example.com',
    );
  });
});
