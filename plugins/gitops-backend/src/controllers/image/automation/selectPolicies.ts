import {
  ImagePolicy,
  ImageRef,
  LabelSelector,
  LabelSelectorRequirement,
} from '@backstage-gitops/plugin-gitops-common';
import { AutomationError } from './AutomationError';

/** A policy that has chosen an image. */
export type ReadyPolicy = ImagePolicy & { status: { latestRef: ImageRef } };

/**
 * The policies that a selector means and that have chosen an image, by name.
 *
 * @param selector - undefined: all
 * @throws AutomationError `InvalidPolicySelector`
 */
export function selectPolicies(
  policies: readonly ImagePolicy[],
  selector: LabelSelector | undefined,
): ReadyPolicy[] {
  const matches = compileSelector(selector);
  return policies
    .filter(
      (policy): policy is ReadyPolicy =>
        policy.status?.latestRef !== undefined &&
        matches(policy.metadata.labels ?? {}),
    )
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Whether labels are what a selector means. @throws AutomationError */
export function compileSelector(
  selector: LabelSelector | undefined,
): (labels: Readonly<Record<string, string>>) => boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const tests = [
    ...Object.entries(matchLabels).map(
      ([key, value]): LabelSelectorRequirement => ({
        ...{ key, operator: 'In' },
        values: [value],
      }),
    ),
    ...matchExpressions,
  ].map(compileRequirement);
  return labels => tests.every(test => test(labels));
}

function compileRequirement({
  key,
  operator,
  values = [],
}: LabelSelectorRequirement): (
  labels: Readonly<Record<string, string>>,
) => boolean {
  const fail = (problem: string) =>
    new AutomationError(
      'InvalidPolicySelector',
      `failed to parse policy selector: ${problem}`,
      { stalled: true },
    );
  const takesValues = operator === 'In' || operator === 'NotIn';
  if (!takesValues && operator !== 'Exists' && operator !== 'DoesNotExist') {
    throw fail(
      `${JSON.stringify(operator)} is not a valid label selector operator; use In, NotIn, Exists or DoesNotExist`,
    );
  }
  if (takesValues !== values.length > 0) {
    throw fail(
      takesValues
        ? `values of ${JSON.stringify(key)} must be given for In and NotIn`
        : `values of ${JSON.stringify(key)} must be left out for Exists and DoesNotExist`,
    );
  }
  const has = (labels: Readonly<Record<string, string>>) =>
    Object.hasOwn(labels, key);
  switch (operator) {
    case 'In':
      return labels => has(labels) && values.includes(labels[key]);
    case 'NotIn':
      return labels => !has(labels) || !values.includes(labels[key]);
    case 'Exists':
      return has;
    default:
      return labels => !has(labels);
  }
}
