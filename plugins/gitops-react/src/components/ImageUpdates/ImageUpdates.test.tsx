import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  GitopsApiError,
  ImageDelivery,
  ImagePushRow,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { renderGitops } from '../../__testUtils__/renderGitops';
import { useGitopsObject } from '../../hooks/useGitopsObject';
import { GitopsApiMock, objectDetail } from '../../testUtils';
import { ObjectSummary } from '../ObjectSummary/ObjectSummary';
import { ImagePushList } from './ImagePushList';
import { UpdatePreview } from './UpdatePreview';

const KEY = {
  ...{ home: 'demo', namespace: 'default', name: 'game' },
  kind: 'ImageUpdateAutomation',
};
const COMMIT = '4f2c1a9d0be3b4b3a1c8f2d86f1e0a7c9d5b3e21';
const APP = { kind: 'Kustomization', namespace: 'default', name: 'game-app' };

const push = (more: Partial<ImagePushRow> = {}): ImagePushRow => ({
  ...{ id: '1', at: '2026-11-22T12:00:00Z', commit: COMMIT, branch: 'main' },
  commitUrl: `https://git.test/team/app/commit/${COMMIT}`,
  message: 'Deliver 1.3.0\n\nMore about it',
  automation: { kind: KEY.kind, namespace: 'default', name: 'game' },
  source: { kind: 'GitRepository', namespace: 'default', name: 'game-repo' },
  fetchedAt: '2026-11-22T12:00:01Z',
  changes: [
    {
      ...{ file: 'apps/game.yaml', line: 14, setter: 'default:game' },
      object: {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
        ...{ namespace: 'default', name: 'game' },
      },
      oldValue: 'registry.test:5000/game:1.2.9',
      newValue: 'registry.test:5000/game:1.3.0',
    },
  ],
  followed: true,
  deliveries: [{ object: APP, state: 'delivered', at: '2026-11-22T12:00:03Z' }],
  ...more,
});

function show(
  pushes: ImagePushRow[],
  element = <ImagePushList objectKey={KEY} />,
) {
  const api = new GitopsApiMock();
  api.pushes = pushes;
  return { api, ...renderGitops(element, api) };
}

const steps = async () =>
  within(
    await screen.findByRole('list', { name: 'From the tag to the cluster' }),
  )
    .getAllByRole('listitem')
    .map(step => step.textContent);

describe('ImagePushList', () => {
  it('shows the way of a tag into the cluster', async () => {
    show([push()]);
    expect(await steps()).toEqual([
      expect.stringMatching(/^Chosen1\.2\.9 → 1\.3\.0ImagePolicy game$/),
      expect.stringMatching(
        /^Committed .*main@4f2c1a9Deliver 1\.3\.0ImageUpdateAutomation game$/,
      ),
      expect.stringMatching(/^Fetched .*game-repo$/),
      expect.stringMatching(/^Delivered .*game-app$/),
    ]);
    expect(screen.getByRole('link', { name: /main@4f2c1a9/ })).toHaveAttribute(
      'href',
      `https://git.test/team/app/commit/${COMMIT}`,
    );
    await userEvent.click(screen.getByText('1 changed value'));
    expect(screen.getByText('apps/game.yaml:14')).toBeVisible();
  });

  it.each<[ImageDelivery['state'], string]>([
    ['superseded', 'Delivered with a later commit'],
    ['running', 'Being delivered'],
    ['waiting', 'Not delivered yet'],
    ['failed', 'Not delivered'],
  ])('says of what is %s: %s', async (state, text) => {
    const message = state === 'failed' ? 'no such file' : undefined;
    show([push({ deliveries: [{ object: APP, state, message }] })]);
    const last = (await steps()).at(-1);
    expect(last).toBe(`${text}game-app${message ?? ''}`);
  });

  it('waits for a pull request, or says that nobody follows the branch', async () => {
    const more = { followed: false, deliveries: [], branch: 'updates' };
    const pullRequest = { id: '7', url: 'https://git.test/pulls/7' };
    show([push({ ...more, pullRequest })]);
    expect((await steps()).at(-1)).toMatch(/^Pull request.*#7$/);
    expect(screen.getByRole('link', { name: /#7/ })).toHaveAttribute(
      'href',
      pullRequest.url,
    );
    document.body.replaceChildren();
    show([push(more)]);
    expect((await steps()).at(-1)).toContain(
      'The source does not follow the branch updates.',
    );
  });

  it('shows names where more than the tag changes, and short digests', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const [change] = push().changes;
    show([
      push({
        changes: [
          { ...change, oldValue: 'old/game:1', newValue: 'new/play:2' },
          {
            ...{ ...change, line: 15 },
            oldValue: 'registry.test/db:1',
            newValue: `registry.test/db:1@${digest}`,
          },
        ],
      }),
    ]);
    expect((await steps())[0]).toContain(
      'game:1 → play:21 → 1@sha256:aaaaaaa…',
    );
  });

  it('is empty before the first commit', async () => {
    show([]);
    expect(
      await screen.findByText('Nothing was committed yet'),
    ).toBeInTheDocument();
  });
});

function Delivery(props: { objectKey: ObjectKey }) {
  const { data } = useGitopsObject(props.objectKey);
  return data ? <ObjectSummary detail={data} /> : null;
}

describe('the summary of a delivery', () => {
  it('shows the latest update of its images, and follows it', async () => {
    const waiting = push({ deliveries: [{ object: APP, state: 'waiting' }] });
    const detail = objectDetail({
      updatedBy: [{ kind: KEY.kind, namespace: 'default', name: 'game' }],
    });
    const api = new GitopsApiMock([detail]);
    api.pushes = [waiting];
    const { tick } = renderGitops(<Delivery objectKey={detail.key} />, api);
    expect((await steps()).at(-1)).toContain('Not delivered yet');
    api.pushes = [push()];
    api.changed = [{ home: detail.key.home, ...APP }];
    act(() => tick());
    expect(await screen.findByText(/^Delivered/)).toBeInTheDocument();
  });

  it('is shown of the automation itself, too', async () => {
    const detail = objectDetail({ key: KEY });
    show([push()], <ObjectSummary detail={detail} />);
    expect((await steps()).at(-1)).toMatch(/^Delivered/);
  });

  it('asks nothing where no automation commits to its source', async () => {
    const { api } = show([push()], <ObjectSummary detail={objectDetail()} />);
    await screen.findByText('Namespace');
    expect(api.calls.filter(call => call.startsWith('pushes'))).toEqual([]);
  });
});

describe('UpdatePreview', () => {
  const preview = <UpdatePreview objectKey={KEY} />;
  const press = async () =>
    userEvent.click(
      await screen.findByRole('button', { name: 'Show the difference' }),
    );

  it('shows what a run would commit', async () => {
    const { api } = show([], preview);
    api.previewed = [
      {
        ...{ branch: 'main', revision: `main@sha1:${COMMIT}` },
        message: 'Deliver 1.3.0',
        files: [
          {
            ...{ path: 'apps/game.yaml', changes: [], masked: true },
            hunks: [
              {
                ...{ oldStart: 13, newStart: 13 },
                lines: [' spec:', '-  image: game:1', '+  image: game:2'],
              },
            ],
          },
          { path: 'secret.yaml', changes: [], masked: true },
        ],
        unreadable: [{ path: 'bad.yaml', reason: 'line 3 is no YAML' }],
      },
    ];
    await press();
    const branch = await screen.findByRole('region', {
      name: 'To the branch main',
    });
    const diff = within(branch).getByRole('group', {
      name: 'Difference in apps/game.yaml',
    });
    expect(diff.textContent).toBe(
      '1313  spec:14-   image: game:114+   image: game:2',
    );
    for (const text of [
      'Deliver 1.3.0',
      'values of Secrets are hidden',
      'nothing of it is shown',
      'bad.yaml cannot be read and stays as it is',
      'line 3 is no YAML',
    ]) {
      expect(branch).toHaveTextContent(text);
    }
  });

  it('says that nothing would change', async () => {
    const { api } = show([], preview);
    const revision = `main@sha1:${COMMIT}`;
    api.previewed = [{ branch: 'main', revision, files: [], unreadable: [] }];
    await press();
    expect(await screen.findByText(/^Nothing would change/)).toBeVisible();
  });

  it('says why it cannot be told, and asks again', async () => {
    const { api } = show([], preview);
    api.error = new GitopsApiError({
      message: 'it would fail (GitOperationFailed): no such branch',
      ...{ code: 'GITOPS_PREVIEW_FAILED', status: 409 },
    });
    await press();
    expect(
      await screen.findByText('What a run would do cannot be told'),
    ).toBeVisible();
    expect(screen.getByText(/no such branch/)).toBeInTheDocument();
    api.error = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(/^Nothing would change/)).toBeVisible();
  });
});
