import { screen } from '@testing-library/react';
import { STATUS_WORDS } from '@backstage-gitops/plugin-gitops-common';
import { renderGitops } from '../../__testUtils__/renderGitops';
import { GitopsApiMock } from '../../testUtils';
import { GitopsStatus } from './GitopsStatus';

describe('GitopsStatus', () => {
  it('has an icon, a word and a colour for each of the seven words', async () => {
    renderGitops(
      <ul>
        {STATUS_WORDS.map(word => (
          <li key={word}>
            <GitopsStatus word={word} />
          </li>
        ))}
      </ul>,
      new GitopsApiMock(),
    );
    const items = await screen.findAllByRole('listitem');
    expect(items.map(item => item.textContent)).toEqual([...STATUS_WORDS]);
    const shapes = items.map(item => item.querySelector('svg')?.innerHTML);
    expect(new Set(shapes).size).toBe(7);
    items.forEach((item, index) => {
      expect(item.firstChild).toHaveAttribute(
        'data-status',
        STATUS_WORDS[index],
      );
    });
  });
});
