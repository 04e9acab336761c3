import { useEffect, useRef, useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, SearchField, Select, TextField } from '@backstage/ui';
import type {
  ObjectsQuery,
  StatusCounts,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsKinds } from '@backstage-gitops/plugin-gitops-common';
import { RiCloseLine } from '@remixicon/react';
import { gitopsReactTranslationRef } from '../../text/translation';
import { StatusFilter } from './StatusFilter';
import styles from './ObjectFilters.module.css';

/** The part of a query that people filter by. */
export type ObjectFilterValues = Pick<
  ObjectsQuery,
  'home' | 'kind' | 'namespace' | 'status' | 'search'
>;

/** @public */
export interface ObjectFiltersProps {
  value: ObjectFilterValues;
  onChange(value: ObjectFilterValues): void;
  /** Names of the homes; with one only, nothing is asked. */
  homes?: readonly string[];
  /** Of the list as it is; numbers stand beside the words. */
  counts?: StatusCounts;
}

const TYPING_MS = 250;
const ANY = 'any';

/**
 * Filters of a list of objects: state, words, home, kind, namespace. What is
 * typed counts once typing rests.
 *
 * @public
 */
export function ObjectFilters(props: ObjectFiltersProps) {
  const { value, onChange, homes = [], counts } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [search, setSearch] = useTyped(value.search, text =>
    onChange({ ...value, search: text }),
  );
  const [namespace, setNamespace] = useTyped(value.namespace, text =>
    onChange({ ...value, namespace: text }),
  );
  const isFiltered = Object.values(value).some(v => v?.length);
  return (
    <div
      className={styles.filters}
      role="search"
      aria-label={t('filters.label')}
    >
      <StatusFilter
        counts={counts}
        value={value.status ?? []}
        onChange={status => onChange({ ...value, status })}
      />
      <div className={styles.fields}>
        <SearchField
          size="small"
          className={styles.search}
          aria-label={t('filters.search')}
          placeholder={t('filters.searchHint')}
          value={search}
          onChange={setSearch}
        />
        {homes.length > 1 && (
          <Select
            size="small"
            aria-label={t('filters.home')}
            placeholder={t('filters.home')}
            options={[
              {
                value: ANY,
                label: `${t('filters.home')}: ${t('filters.any')}`,
              },
              ...homes.map(home => ({ value: home, label: home })),
            ]}
            selectedKey={value.home ?? ANY}
            onSelectionChange={key =>
              onChange({
                ...value,
                home: key === ANY || key === null ? undefined : String(key),
              })
            }
          />
        )}
        <Select
          size="small"
          selectionMode="multiple"
          aria-label={t('filters.kind')}
          placeholder={t('filters.kind')}
          className={styles.kind}
          options={gitopsKinds.map(({ kind }) => ({
            value: kind,
            label: kind,
          }))}
          value={value.kind ?? []}
          onChange={kinds => onChange({ ...value, kind: kinds.map(String) })}
        />
        <TextField
          size="small"
          aria-label={t('filters.namespace')}
          placeholder={t('filters.namespace')}
          className={styles.namespace}
          value={namespace}
          onChange={setNamespace}
        />
        {isFiltered && (
          <Button
            size="small"
            variant="tertiary"
            iconStart={<RiCloseLine aria-hidden />}
            onPress={() => onChange({})}
          >
            {t('filters.clear')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Text that is told once typing rests, and that follows what it is set to. */
function useTyped(
  value: string | undefined,
  tell: (text: string | undefined) => void,
): [string, (text: string) => void] {
  const [typed, setTyped] = useState<string>();
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    if (typed === undefined) return undefined;
    const timer = setTimeout(() => {
      setTyped(undefined);
      latest.current(typed.trim() || undefined);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return [typed ?? value ?? '', setTyped];
}
