import { getOwn, isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { SlimSpec } from '@backstage-gitops/plugin-gitops-node';

/** Keeps of a spec what `slimSpecOf` could have made. */
export function keepSlim(spec: unknown): SlimSpec {
  const from = isJsonObject(spec) ? spec : {};
  const textOf = (field: string) => {
    const value = getOwn(from, field);
    return typeof value === 'string' ? value : undefined;
  };
  const result: SlimSpec = { type: textOf('type') ?? 'gitops' };
  for (const field of ['owner', 'component']) {
    const text = textOf(field);
    if (text !== undefined) {
      result[field] = text;
    }
  }
  for (const field of ['sources', 'dependsOn']) {
    const list = getOwn(from, field);
    if (Array.isArray(list)) {
      result[field] = list.filter(item => typeof item === 'string');
    }
  }
  return result;
}
