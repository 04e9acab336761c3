import {
  createConditionExports,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import { z } from 'zod/v3';
import { GitopsObjectResource } from '../objects/ObjectSummary';
import { gitopsObjectPermissionResourceRef } from './gitopsObjectPermissionResourceRef';

const texts = (description: string) =>
  z.array(z.string()).describe(description);

const isOwnedBy = (
  { ownerRef }: GitopsObjectResource,
  claims: readonly string[],
): boolean =>
  ownerRef !== undefined &&
  claims.some(claim => claim.toLowerCase() === ownerRef);

const isOwner = createPermissionRule({
  name: 'IS_OWNER',
  description: 'Allow objects that belong to one of the given owners',
  resourceRef: gitopsObjectPermissionResourceRef,
  paramsSchema: z.object({
    claims: texts('Entity references, such as those that a user claims'),
  }),
  apply: (object, { claims }) => isOwnedBy(object, claims),
  toQuery:
    ({ claims }) =>
    object =>
      isOwnedBy(object, claims),
});

const inNamespace = createPermissionRule({
  name: 'IN_NAMESPACE',
  description: 'Allow objects of the given namespaces',
  resourceRef: gitopsObjectPermissionResourceRef,
  paramsSchema: z.object({ namespaces: texts('Namespaces of a home') }),
  apply: ({ key }, { namespaces }) => namespaces.includes(key.namespace),
  toQuery:
    ({ namespaces }) =>
    object =>
      namespaces.includes(object.key.namespace),
});

const inHome = createPermissionRule({
  name: 'IN_HOME',
  description: 'Allow objects of the given homes',
  resourceRef: gitopsObjectPermissionResourceRef,
  paramsSchema: z.object({ homes: texts('Names of homes') }),
  apply: ({ key }, { homes }) => homes.includes(key.home),
  toQuery:
    ({ homes }) =>
    object =>
      homes.includes(object.key.home),
});

const isKind = createPermissionRule({
  name: 'IS_KIND',
  description: 'Allow objects of the given kinds',
  resourceRef: gitopsObjectPermissionResourceRef,
  paramsSchema: z.object({ kinds: texts('Kinds, such as Kustomization') }),
  apply: ({ key }, { kinds }) => kinds.includes(key.kind),
  toQuery:
    ({ kinds }) =>
    object =>
      kinds.includes(object.key.kind),
});

/**
 * The rules by which a policy can decide about GitOps objects: whose they are,
 * and where they live. Whose an object is, it says itself, else the claims for its
 * namespace where they agree, else its Component; a claim that names an owner
 * admits no object that names another.
 *
 * @public
 */
export const gitopsObjectPermissionRules = {
  isOwner,
  inNamespace,
  inHome,
  isKind,
};

/**
 * Conditions out of {@link gitopsObjectPermissionRules}, and what makes decisions
 * of them, for permission policies.
 *
 * @public
 */
export const {
  conditions: gitopsObjectConditions,
  createConditionalDecision: createGitopsObjectConditionalDecision,
} = createConditionExports({
  resourceRef: gitopsObjectPermissionResourceRef,
  rules: gitopsObjectPermissionRules,
});
