import { useState } from 'react';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { renderGitops } from '../../__testUtils__/renderGitops';
import { GitopsApiMock, objectList, objectRow } from '../../testUtils';
import {
  ObjectFilters,
  ObjectFilterValues,
} from '../ObjectFilters/ObjectFilters';
import { ObjectsTable, ObjectsTableProps } from './ObjectsTable';

const failed = objectRow({
  key: { name: 'shop', namespace: 'shop' },
  status: { word: 'Failed', sentence: 'dry-run failed: image: Required value' },
});

const show = (props: ObjectsTableProps) =>
  renderGitops(<ObjectsTable {...props} />, new GitopsApiMock());

describe('ObjectsTable', () => {
  it('has state, name, source and revision of each object, linked to its page', async () => {
    show({ list: objectList([failed, objectRow()]) });
    const rows = (await screen.findAllByRole('row')).slice(1);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toHaveTextContent(
      'FailedshopKustomization · shopdry-run failed: image: Required value',
    );
    expect(rows[1]).toHaveTextContent('Ready');
    expect(rows[1]).toHaveTextContent('game-repomain@3f1c9d2');
    expect(rows[1]).toHaveAttribute(
      'data-href',
      expect.stringContaining(
        '/gitops/objects/demo/Kustomization/default/game-app',
      ),
    );
  });

  it('asks for another order, and back', async () => {
    const onSortChange = jest.fn();
    function Sorted() {
      const [sort, setSort] = useState<ObjectsTableProps['sort']>();
      return (
        <ObjectsTable
          list={objectList([objectRow()])}
          sort={sort}
          onSortChange={next => {
            setSort(next);
            onSortChange(next);
          }}
        />
      );
    }
    renderGitops(<Sorted />, new GitopsApiMock());
    const name = await screen.findByRole('columnheader', { name: 'Name' });
    await userEvent.click(name);
    expect(name).toHaveAttribute('aria-sort', 'ascending');
    await userEvent.click(name);
    expect(onSortChange.mock.calls).toEqual([['name'], ['attention']]);
  });

  it('pages by cursor', async () => {
    const onPageChange = jest.fn();
    show({
      list: objectList([objectRow()], {
        totalItems: 120,
        pageInfo: { nextCursor: 'n', prevCursor: 'p' },
      }),
      onPageChange,
    });
    expect(await screen.findByText('1 of 120')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: /next/i }));
    await userEvent.click(screen.getByRole('button', { name: /previous/i }));
    expect(onPageChange.mock.calls).toEqual([['n'], ['p']]);
  });

  it('has the shape of a table while the first page loads', async () => {
    show({});
    expect(await screen.findByText('Loading table data.')).toBeInTheDocument();
    expect(
      screen.getByRole('columnheader', { name: 'Revision' }),
    ).toBeInTheDocument();
  });

  it('shows what it is told to where nothing matches', async () => {
    show({ list: objectList([]), emptyState: <p>Nothing matches</p> });
    expect(await screen.findByText('Nothing matches')).toBeInTheDocument();
  });
});

describe('ObjectFilters', () => {
  function Filters(props: {
    start?: ObjectFilterValues;
    tell(value: ObjectFilterValues): void;
  }) {
    const [value, setValue] = useState(props.start ?? {});
    return (
      <ObjectFilters
        value={value}
        homes={['demo', 'prod']}
        counts={{ Failed: 2, Ready: 12 }}
        onChange={next => {
          setValue(next);
          props.tell(next);
        }}
      />
    );
  }

  it('offers each state there is, with its number', async () => {
    const tell = jest.fn();
    renderGitops(<Filters tell={tell} />, new GitopsApiMock());
    const failing = await screen.findByRole('button', { name: 'Failed, 2' });
    expect(screen.queryByRole('button', { name: /Drifted/ })).toBeNull();
    await userEvent.click(failing);
    expect(failing).toHaveAttribute('aria-pressed', 'true');
    await userEvent.click(screen.getByRole('button', { name: 'Ready, 12' }));
    await userEvent.click(failing);
    expect(tell.mock.calls.map(([value]) => value.status)).toEqual([
      ['Failed'],
      ['Failed', 'Ready'],
      ['Ready'],
    ]);
  });

  it('tells what is typed once, when typing rests', async () => {
    const tell = jest.fn();
    renderGitops(<Filters tell={tell} />, new GitopsApiMock());
    await userEvent.type(await screen.findByRole('searchbox'), 'game');
    await waitFor(() => expect(tell).toHaveBeenCalled());
    expect(tell.mock.calls).toEqual([[{ search: 'game' }]]);
    expect(screen.getByRole('searchbox')).toHaveValue('game');
  });

  it('clears all at once', async () => {
    const tell = jest.fn();
    renderGitops(
      <Filters
        start={{ search: 'x', kind: ['HelmRelease'], namespace: 'a' }}
        tell={tell}
      />,
      new GitopsApiMock(),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );
    expect(tell).toHaveBeenCalledWith({});
    expect(screen.queryByRole('button', { name: 'Clear filters' })).toBeNull();
  });
});
