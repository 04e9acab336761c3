import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  GitopsApiError,
  gitopsObjectReadPermission,
} from '@backstage-gitops/plugin-gitops-common';
import { RiLock2Line } from '@remixicon/react';
import { gitopsReactTranslationRef } from '../../text/translation';
import { EmptyState } from '../EmptyState/EmptyState';

const PERMISSION = /\bgitops\.[a-z]+(?:\.[a-z]+)+\b/;

/** @public */
export interface ForbiddenStateProps {
  /** The refusal; its message names the permission. */
  error?: Error;
  /** Where the message names none. Default `gitops.object.read`. */
  permission?: string;
}

/**
 * Says which permission is missing, and who can give it.
 *
 * @public
 */
export function ForbiddenState(props: ForbiddenStateProps) {
  const { error, permission = gitopsObjectReadPermission.name } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const named = PERMISSION.exec(error?.message ?? '')?.[0] ?? permission;
  return (
    <EmptyState icon={RiLock2Line} title={t('forbidden.title')}>
      <p>{t('forbidden.text', { permission: named })}</p>
      <p>{t('forbidden.who')}</p>
    </EmptyState>
  );
}

/**
 * Whether an error of the API says that the user may not.
 *
 * @public
 */
export function isForbidden(error: Error | undefined): boolean {
  return (
    error instanceof GitopsApiError &&
    (error.status === 403 || error.code === 'GITOPS_NOT_ALLOWED')
  );
}
