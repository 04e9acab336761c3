import { useEffect } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  GitopsApiError,
  HomeSummary,
  ObjectList,
} from '@backstage-gitops/plugin-gitops-common';
import {
  EmptyState,
  ErrorPanel,
  ForbiddenState,
  isForbidden,
  LiveIndicator,
  ObjectFilters,
  ObjectsTable,
  StaleNotice,
  useGitopsHomes,
  useGitopsLinks,
  useGitopsObjects,
} from '@backstage-gitops/plugin-gitops-react';
import {
  Alert,
  Button,
  ButtonLink,
  Card,
  CardBody,
  Container,
  Skeleton,
} from '@backstage/ui';
import { RiSearchLine } from '@remixicon/react';
import { gitopsTranslationRef } from '../text/translation';
import { Headline } from './Headline';
import { useObjectsQuery } from './useObjectsQuery';
import styles from './ObjectsPage.module.css';

/** All objects of all homes that the user may see. */
export function ObjectsPage() {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const { query, filters, setFilters, setSort, setCursor } = useObjectsQuery();
  const result = useGitopsObjects(query);
  const homes = useGitopsHomes().data?.items ?? [];
  const registerPath = useGitopsLinks().register();
  const { data, error } = result;

  // An address with the page of another list: better the first page than none.
  const hasBadCursor =
    error instanceof GitopsApiError && error.code === 'GITOPS_INVALID_CURSOR';
  useEffect(() => {
    if (hasBadCursor) setCursor(undefined);
    // Once per refusal; the setter is another one on each render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [hasBadCursor]);

  if (isForbidden(error) && !data) {
    return (
      <Container py="4">
        <ForbiddenState error={error} />
      </Container>
    );
  }
  if (error && !data && !hasBadCursor) {
    return (
      <Container py="4">
        <ErrorPanel
          title={t('list.failed')}
          error={error}
          where={t('title')}
          nextTryAt={result.nextTryAt}
          onRetry={result.refresh}
        />
      </Container>
    );
  }
  const isFiltered = Object.values(filters).some(value => value?.length);
  if (data && data.totalItems === 0 && !isFiltered) {
    return (
      <Container py="4">
        <EmptyState
          title={t('list.empty')}
          actions={
            registerPath && (
              <ButtonLink variant="primary" href={registerPath}>
                {t('list.register')}
              </ButtonLink>
            )
          }
        >
          {t('list.emptyText')}
        </EmptyState>
      </Container>
    );
  }
  return (
    <Container py="4">
      <div className={styles.page}>
        <div className={styles.head}>
          {data ? (
            <Headline counts={data.counts} />
          ) : (
            <Skeleton width="18rem" height="1.75rem" />
          )}
          <LiveIndicator />
        </div>
        <StaleNotice result={result} />
        <ReplacedHomes homes={homes} />
        <SilentHomes items={data?.items ?? []} />
        <ObjectFilters
          value={filters}
          onChange={setFilters}
          homes={homes.map(home => home.name)}
          counts={data?.counts}
        />
        <Card>
          <CardBody>
            <ObjectsTable
              list={data}
              isStale={result.isStale}
              sort={query.sort}
              onSortChange={setSort}
              onPageChange={setCursor}
              showHome={homes.length > 1}
              emptyState={
                <EmptyState
                  icon={RiSearchLine}
                  title={t('list.nothingMatches')}
                  actions={
                    <Button variant="secondary" onPress={() => setFilters({})}>
                      {t('list.clear')}
                    </Button>
                  }
                >
                  {t('list.nothingMatchesText')}
                </EmptyState>
              }
            />
          </CardBody>
        </Card>
      </div>
    </Container>
  );
}

/** Says in which homes nothing is pruned, for they are not what they were. */
function ReplacedHomes(props: { homes: readonly HomeSummary[] }) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  return props.homes.map(({ name, replaced }) => {
    if (!replaced) return null;
    const { was, is } = replaced;
    return (
      <Alert
        key={name}
        status="warning"
        icon
        role="status"
        title={t('list.replacedHome', { home: name })}
        description={
          is
            ? t('list.replacedHomeText', { was, is })
            : t('list.unseenHomeText', { was })
        }
      />
    );
  });
}

/** Says which rows are what a home said last. */
function SilentHomes(props: Pick<ObjectList, 'items'>) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const silent = new Set(
    props.items
      .filter(row => row.homeState === 'disconnected')
      .map(row => row.key.home),
  );
  if (silent.size === 0) return null;
  return (
    <Alert
      status="warning"
      icon
      role="status"
      title={t('list.silentHomes', { homes: [...silent].join(', ') })}
      description={t('list.silentHomesText')}
    />
  );
}
