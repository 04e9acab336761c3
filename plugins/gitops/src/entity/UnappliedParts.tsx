import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Entity,
  parseEntityRef,
  RELATION_HAS_PART,
} from '@backstage/catalog-model';
import {
  gitopsKinds,
  ObjectRow,
  UNAPPLIED_STATES,
} from '@backstage-gitops/plugin-gitops-common';
import {
  RegistrationsList,
  useGitopsRegistrations,
} from '@backstage-gitops/plugin-gitops-react';
import { Alert } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';

const KINDS: ReadonlySet<string> = new Set(
  gitopsKinds.map(({ kind }) => kind.toLowerCase()),
);
/** What the API takes at once. */
const MOST = 50;

/**
 * The manifests of a Component, by its relations in the catalog, that do not
 * reach their homes; those whose objects are shown say so themselves.
 */
export function UnappliedParts(props: {
  entity: Entity;
  items: readonly ObjectRow[];
}) {
  const shown = new Set(props.items.map(({ entityRef }) => entityRef));
  const refs = manifestsOf(props.entity).filter(ref => !shown.has(ref));
  return refs.length > 0 ? <UnappliedOf refs={refs.slice(0, MOST)} /> : null;
}

function UnappliedOf(props: { refs: string[] }) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const { data } = useGitopsRegistrations({
    entity: props.refs,
    state: [...UNAPPLIED_STATES],
  });
  if (!data || data.totalItems === 0) return null;
  const title = t('unapplied.title', { count: data.totalItems });
  return (
    <Alert
      status="warning"
      icon
      role="note"
      title={title}
      description={<RegistrationsList label={title} items={data.items} />}
    />
  );
}

/** Full references of the entities of GitOps kinds that are parts of an entity. */
function manifestsOf(entity: Entity): string[] {
  return (entity.relations ?? [])
    .filter(({ type }) => type === RELATION_HAS_PART)
    .map(({ targetRef }) => targetRef.toLowerCase())
    .filter(ref => KINDS.has(parseEntityRef(ref).kind));
}
