import { useMemo, useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  CellText,
  ColumnConfig,
  SearchField,
  Table,
  Text,
  useTable,
} from '@backstage/ui';
import type { InventoryItem } from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';
import styles from './InventoryList.module.css';

/** @public */
export interface InventoryListProps {
  items: readonly InventoryItem[];
}

interface InventoryRow extends InventoryItem {
  id: string;
  apiVersion: string;
}

/** Below that, a filter is longer than what it filters. */
const FILTER_FROM = 8;

/**
 * What an object holds in the cluster: sortable by column, to be filtered
 * where there is more than fits at a glance.
 *
 * @public
 */
export function InventoryList(props: InventoryListProps) {
  const { items } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [search, setSearch] = useState('');
  const rows = useMemo(() => items.map(rowOf), [items]);
  const { tableProps } = useTable<InventoryRow>({
    mode: 'complete',
    data: rows,
    search,
    onSearchChange: setSearch,
    searchFn: (data, words) =>
      data.filter(row => matches(row, words.toLowerCase())),
    initialSort: { column: 'kind', direction: 'ascending' },
    sortFn: sortRows,
    paginationOptions: {
      type: items.length > 50 ? 'page' : 'none',
      pageSize: 50,
      showPageSizeOptions: false,
    },
  });
  const columns: ColumnConfig<InventoryRow>[] = [
    {
      id: 'kind',
      label: t('inventory.kind'),
      isSortable: true,
      cell: row => <CellText title={row.kind} />,
    },
    {
      id: 'name',
      label: t('inventory.name'),
      isSortable: true,
      isRowHeader: true,
      cell: row => <CellText title={row.name} />,
    },
    {
      id: 'namespace',
      label: t('inventory.namespace'),
      isSortable: true,
      cell: row => (
        <CellText
          title={row.namespace ?? t('inventory.clusterScoped')}
          color={row.namespace ? 'primary' : 'secondary'}
        />
      ),
    },
    {
      id: 'apiVersion',
      label: t('inventory.apiVersion'),
      isSortable: true,
      cell: row => <CellText title={row.apiVersion} color="secondary" />,
    },
  ];
  if (items.length === 0) {
    return (
      <EmptyState title={t('inventory.empty')}>
        {t('inventory.emptyText')}
      </EmptyState>
    );
  }
  return (
    <div className={styles.inventory}>
      <div className={styles.bar}>
        <Text color="secondary">
          {t('inventory.count', { count: items.length })}
        </Text>
        {items.length >= FILTER_FROM && (
          <SearchField
            size="small"
            aria-label={t('inventory.filter')}
            placeholder={t('inventory.filter')}
            value={search}
            onChange={setSearch}
            className={styles.search}
          />
        )}
      </div>
      <Table<InventoryRow>
        {...tableProps}
        columnConfig={columns}
        emptyState={<Text color="secondary">{t('inventory.noMatch')}</Text>}
      />
    </div>
  );
}

function rowOf(item: InventoryItem): InventoryRow {
  const { group, version, kind, namespace, name } = item;
  return {
    ...item,
    id: [group, kind, namespace ?? '', name].join('/'),
    apiVersion: group ? `${group}/${version}` : version,
  };
}

function matches(row: InventoryRow, text: string): boolean {
  return `${row.kind} ${row.namespace ?? ''} ${row.name} ${row.apiVersion}`
    .toLowerCase()
    .includes(text.trim());
}

function sortRows(
  rows: InventoryRow[],
  sort: { column: string | number; direction: 'ascending' | 'descending' },
): InventoryRow[] {
  const order = sort.direction === 'ascending' ? 1 : -1;
  const columns: (keyof InventoryRow)[] = ['kind', 'namespace', 'name'];
  const first = [...columns, 'apiVersion' as const].find(
    c => c === sort.column,
  );
  const by = first ? [first, ...columns] : columns;
  return [...rows].sort((a, b) => {
    for (const column of by) {
      const left = a[column] ?? '';
      const right = b[column] ?? '';
      if (left !== right) return left < right ? -order : order;
    }
    return 0;
  });
}
