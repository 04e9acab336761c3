import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import {
  EmptyState,
  useGitopsLinks,
  Warnings,
} from '@backstage-gitops/plugin-gitops-react';
import { ButtonLink } from '@backstage/ui';
import { gitopsTranslationRef } from '../text/translation';
import { entityRefOf, findingsOf, isGitopsObjectEntity } from './entityObject';

/** Why nothing delivers a Component, or why a manifest is in no home, and what to do. */
export function EntityEmptyState(props: { entity: Entity }) {
  const { entity } = props;
  const { name, title = name, annotations } = entity.metadata;
  const { t } = useTranslationRef(gitopsTranslationRef);
  const links = useGitopsLinks();
  const all = (
    <ButtonLink variant="secondary" href={links.objects()}>
      {t('entity.all')}
    </ButtonLink>
  );
  if (isGitopsObjectEntity(entity)) {
    return (
      <>
        <Warnings warnings={findingsOf(entity)} />
        <EmptyState title={t('entity.emptyObject')} actions={all}>
          {t('entity.emptyObjectText')}
        </EmptyState>
      </>
    );
  }
  const id = annotations?.['backstage.io/kubernetes-id'] ?? name;
  return (
    <EmptyState
      title={t('entity.emptyComponent', { name: title })}
      actions={all}
    >
      <p>{t('entity.emptyComponentText')}</p>
      <pre>
        <code>
          {`# on the Deployment and whatever else belongs to it\nmetadata:\n  labels:\n    backstage.io/kubernetes-id: ${id}\n\n# or on the Kustomization or HelmRelease\nmetadata:\n  annotations:\n    backstage-gitops.io/component: ${entityRefOf(entity)}`}
        </code>
      </pre>
    </EmptyState>
  );
}
