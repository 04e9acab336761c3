import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ImageTag } from '@backstage-gitops/plugin-gitops-common';
import { renderGitops } from '../../__testUtils__/renderGitops';
import { GitopsApiMock } from '../../testUtils';
import { ImageCandidateList } from './ImageCandidateList';
import { ImageTagList } from './ImageTagList';

const KEY = {
  ...{ home: 'demo', namespace: 'default', name: 'game' },
  kind: 'ImagePolicy',
};

const TAGS: ImageTag[] = [
  { tag: '1.3.0', verdict: 'chosen' },
  { tag: '1.2.9', verdict: 'behind' },
  { tag: '2.4.0', verdict: 'out-of-range' },
  { tag: 'nightly', verdict: 'not-a-version' },
];

function show(
  tags: ImageTag[],
  element = <ImageCandidateList objectKey={KEY} />,
) {
  const api = new GitopsApiMock();
  api.tags = tags;
  return { api, ...renderGitops(element, api) };
}

const rows = () =>
  within(screen.getByRole('table'))
    .getAllByRole('row')
    .slice(1)
    .map(row => row.textContent);

describe('ImageCandidateList', () => {
  it('shows what comes first in the order of the policy', async () => {
    show(TAGS);
    await screen.findByText('First in the order of the policy');
    expect(rows()).toEqual(['1.3.0Chosen', '1.2.9Another comes first']);
    expect(
      screen.getByText(/4 tags of registry\.test\/game, scanned/),
    ).toBeInTheDocument();
    const verdicts = screen.getByRole('group', {
      name: 'What the policy makes of tags',
    });
    expect(
      within(verdicts)
        .getAllByRole('button')
        .map(button => button.textContent),
    ).toEqual([
      'Chosen1',
      'Another comes first1',
      'Out of range1',
      'No version to compare1',
    ]);
  });

  it('explains any other tag', async () => {
    const { api } = show(TAGS);
    const search = await screen.findByRole('searchbox');
    await userEvent.type(search, '2.4');
    await waitFor(() => expect(rows()).toEqual(['2.4.0Out of range']));
    await userEvent.clear(search);
    await userEvent.click(
      screen.getByRole('button', { name: /No version to compare/ }),
    );
    await waitFor(() =>
      expect(rows()).toEqual(['nightlyNo version to compare']),
    );
    expect(api.calls).toContain(
      'tags demo/ImagePolicy/default/game {"limit":50,"verdict":["not-a-version"]}',
    );
  });

  it('says why none is chosen', async () => {
    show(TAGS.slice(2));
    expect(await screen.findByText('No tag is chosen')).toBeInTheDocument();
    expect(
      screen.getByText('no tag is a version in the range'),
    ).toBeInTheDocument();
  });
});

describe('ImageTagList', () => {
  const list = <ImageTagList objectKey={{ ...KEY, kind: 'ImageRepository' }} />;

  it('shows tags, and more of them when asked to', async () => {
    show(
      Array.from({ length: 70 }, (_, i) => ({ tag: `v${i}` })),
      list,
    );
    expect(await screen.findByText('v49')).toBeInTheDocument();
    expect(screen.queryByText('v50')).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
    expect(await screen.findByText('v69')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
  });

  it('tells no tags from no match', async () => {
    const { api } = show([], list);
    expect(await screen.findByText('No tags yet')).toBeInTheDocument();
    await userEvent.type(screen.getByRole('searchbox'), 'x');
    expect(await screen.findByText('No tag matches.')).toBeInTheDocument();
    expect(api.calls.at(-1)).toContain('"search":"x"');
  });

  it('says what failed', async () => {
    const api = new GitopsApiMock().forbid();
    renderGitops(list, api);
    expect(await screen.findByText(/gitops\.object\.read/)).toBeInTheDocument();
  });
});
