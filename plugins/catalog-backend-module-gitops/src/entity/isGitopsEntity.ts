import { Entity } from '@backstage/catalog-model';
import {
  isGitopsGroup,
  splitApiVersion,
} from '@backstage-gitops/plugin-gitops-common';

/** Whether an entity is of one of Flux's API groups, whatever its kind is. */
export function isGitopsEntity({
  apiVersion,
}: Pick<Entity, 'apiVersion'>): boolean {
  return isGitopsGroup(splitApiVersion(apiVersion).group);
}
