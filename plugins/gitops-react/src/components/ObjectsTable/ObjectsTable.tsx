import type { ReactNode } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Cell,
  CellText,
  ColumnConfig,
  Table,
  useBreakpoint,
} from '@backstage/ui';
import type {
  ObjectKey,
  ObjectList,
  ObjectRow,
  ObjectSort,
} from '@backstage-gitops/plugin-gitops-common';
import { stringifyObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { useGitopsLinks } from '../../links/GitopsLinks';
import { shortenHashes } from '../../text/shortenHashes';
import { gitopsReactTranslationRef } from '../../text/translation';
import { GitopsStatus } from '../GitopsStatus/GitopsStatus';
import { KindIcon } from '../ObjectLink/KindIcon';
import { Countdown, RelativeTime } from '../RelativeTime/RelativeTime';
import { RevisionText } from '../RevisionText/RevisionText';
import styles from './ObjectsTable.module.css';

/** @public */
export interface ObjectsTableProps {
  /** Absent while the first page loads. */
  list?: Pick<ObjectList, 'items' | 'totalItems' | 'pageInfo'>;
  /** Dims the rows: other ones are on their way, or these could not be read again. */
  isStale?: boolean;
  sort?: ObjectSort;
  onSortChange?(sort: ObjectSort): void;
  /** Given the cursor of the page to show. */
  onPageChange?(cursor: string): void;
  /** The row that is shown elsewhere on the screen. */
  selected?: ObjectKey;
  /** Shows a row beside the table instead of going to its page. */
  onSelect?(key: ObjectKey): void;
  /** Left out where there is one home only. */
  showHome?: boolean;
  emptyState?: ReactNode;
}

interface TableRow extends ObjectRow {
  id: string;
}

/** The API sorts each of these one way: what people look for is on top. */
const SORT_COLUMNS = {
  status: { sort: 'attention', direction: 'descending' },
  name: { sort: 'name', direction: 'ascending' },
  changed: { sort: 'lastChange', direction: 'descending' },
} as const;

type SortColumn = keyof typeof SORT_COLUMNS;

function isSortColumn(column: unknown): column is SortColumn {
  return typeof column === 'string' && column in SORT_COLUMNS;
}

/**
 * A page of objects: state, name, where from, which revision, when next.
 * Sorted and paged by the API.
 *
 * @public
 */
export function ObjectsTable(props: ObjectsTableProps) {
  const { list, isStale, sort = 'attention', selected, onSelect } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const links = useGitopsLinks();
  const { up } = useBreakpoint();
  const column = (Object.keys(SORT_COLUMNS) as SortColumn[]).find(
    id => SORT_COLUMNS[id].sort === sort,
  );
  const columns: ColumnConfig<TableRow>[] = [
    {
      id: 'status',
      label: t('table.status'),
      isSortable: Boolean(props.onSortChange),
      width: 136,
      cell: row => (
        <Cell>
          <GitopsStatus word={row.status.word} />
        </Cell>
      ),
    },
    {
      id: 'name',
      label: t('table.name'),
      isSortable: Boolean(props.onSortChange),
      isRowHeader: true,
      minWidth: 180,
      defaultWidth: '2fr',
      cell: row => <NameCell row={row} />,
    },
    {
      id: 'home',
      label: t('table.home'),
      isHidden: !props.showHome,
      minWidth: 100,
      cell: row => <CellText title={row.key.home} color="secondary" />,
    },
    {
      id: 'source',
      label: t('table.source'),
      minWidth: 110,
      defaultWidth: '1fr',
      cell: row =>
        row.source ? (
          <Cell>
            <span
              className={styles.place}
              title={`${row.source.kind} ${row.source.namespace}/${row.source.name}`}
            >
              <KindIcon kind={row.source.kind} />
              <span className={styles.cut}>{row.source.name}</span>
            </span>
          </Cell>
        ) : (
          <CellText title="–" color="secondary" />
        ),
    },
    {
      id: 'revision',
      label: t('table.revision'),
      minWidth: 120,
      defaultWidth: '1fr',
      cell: row =>
        row.revision ? (
          <Cell>
            <RevisionText revision={row.revision} className={styles.cut} />
          </Cell>
        ) : (
          <CellText title="–" color="secondary" />
        ),
    },
    {
      id: 'changed',
      label: t('table.changed'),
      isSortable: Boolean(props.onSortChange),
      minWidth: 104,
      cell: row => (
        <Cell>
          {row.status.since ? (
            <RelativeTime
              time={row.status.since}
              short
              className={styles.time}
            />
          ) : (
            <span className={styles.time}>–</span>
          )}
        </Cell>
      ),
    },
    {
      id: 'nextRun',
      label: t('table.nextRun'),
      isHidden: !up('lg'),
      minWidth: 100,
      cell: row => (
        <Cell>
          {row.nextRunAt && !row.suspended ? (
            <Countdown until={row.nextRunAt} className={styles.time} />
          ) : (
            <span className={styles.time}>–</span>
          )}
        </Cell>
      ),
    },
  ];
  const { nextCursor, prevCursor } = list?.pageInfo ?? {};
  const selectedId = selected && stringifyObjectKey(selected);
  return (
    <div className={styles.table}>
      <Table<TableRow>
        columnConfig={columns}
        data={list?.items.map(row => ({
          ...row,
          id: stringifyObjectKey(row.key),
        }))}
        isPending={list === undefined}
        isStale={isStale}
        sort={
          props.onSortChange && {
            descriptor: column
              ? { column, direction: SORT_COLUMNS[column].direction }
              : null,
            onSortChange: next => {
              if (!isSortColumn(next.column)) return;
              const { sort: wanted } = SORT_COLUMNS[next.column];
              // The second press of a column goes back to the order of attention.
              props.onSortChange?.(wanted === sort ? 'attention' : wanted);
            },
          }
        }
        rowConfig={
          onSelect
            ? { onClick: row => onSelect(row.key) }
            : { getHref: row => links.object(row.key) }
        }
        selection={
          selectedId === undefined
            ? undefined
            : {
                mode: 'single',
                behavior: 'replace',
                selected: new Set([selectedId]),
                onSelectionChange: keys => {
                  const [id] = keys === 'all' ? [] : [...keys];
                  const row = list?.items.find(
                    item => stringifyObjectKey(item.key) === id,
                  );
                  if (row) onSelect?.(row.key);
                },
              }
        }
        pagination={
          nextCursor || prevCursor
            ? {
                type: 'page',
                pageSize: list?.items.length ?? 0,
                totalCount: list?.totalItems,
                hasNextPage: Boolean(nextCursor),
                hasPreviousPage: Boolean(prevCursor),
                showPageSizeOptions: false,
                getLabel: () =>
                  t('table.range', {
                    shown: String(list?.items.length ?? 0),
                    total: String(list?.totalItems ?? 0),
                  }),
                onNextPage: () =>
                  nextCursor && props.onPageChange?.(nextCursor),
                onPreviousPage: () =>
                  prevCursor && props.onPageChange?.(prevCursor),
              }
            : { type: 'none' }
        }
        emptyState={props.emptyState}
      />
    </div>
  );
}

/** Name, and below it kind and namespace; what is wrong, where something is. */
function NameCell(props: { row: TableRow }) {
  const { key, status } = props.row;
  const needsWords = status.word === 'Failed' || status.word === 'Waiting';
  return (
    <Cell>
      <span className={styles.name}>
        <KindIcon kind={key.kind} />
        <span className={styles.lines}>
          <span className={styles.title} title={key.name}>
            {key.name}
          </span>
          <span
            className={styles.below}
            title={`${key.kind}, ${key.namespace}`}
          >
            {key.kind} · {key.namespace}
          </span>
          {needsWords && (
            <span
              className={styles.sentence}
              data-status={status.word}
              title={status.sentence}
            >
              {shortenHashes(status.sentence)}
            </span>
          )}
        </span>
      </span>
    </Cell>
  );
}
