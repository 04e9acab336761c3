import { RE2JS } from 're2js';
import { KustomizeError } from '../KustomizeError';
import { Selector } from '../kustomization/Kustomization';
import { compileLabelSelector } from './labelSelector';
import { Resource } from './Resource';

/** Compiles a regular expression that must match the whole text. */
export function compileWhole(pattern: string): (text: string) => boolean {
  if (/^[A-Za-z0-9_-]*$/.test(pattern)) {
    return text => text === pattern;
  }
  try {
    const compiled = RE2JS.compile(`^(?:${pattern})$`);
    return text => compiled.matcher(text).find();
  } catch {
    throw new KustomizeError({
      code: 'invalid-kustomization',
      problem: `"${pattern}" is not a regular expression`,
    });
  }
}

/**
 * Selects resources as `patches[].target` does: name and namespace match the
 * current or the original id, the kind is the current one.
 */
export function selectResources(
  resources: Iterable<Resource>,
  selector: Selector,
): Resource[] {
  const any = () => true;
  const compile = (pattern: string | undefined) =>
    pattern ? compileWhole(pattern) : any;
  const group = compile(selector.group);
  const version = compile(selector.version);
  const kind = compile(selector.kind);
  const name = compile(selector.name);
  const namespace = compile(selector.namespace);
  const labels = lazySelector(selector.labelSelector);
  const annotations = lazySelector(selector.annotationSelector);
  const selected: Resource[] = [];
  for (const resource of resources) {
    const current = resource.currentId();
    const original = resource.originalId();
    if (
      kind(current.kind) &&
      (name(original.name) || name(current.name)) &&
      (namespace(original.effectiveNamespace) ||
        namespace(current.effectiveNamespace)) &&
      group(current.group) &&
      version(current.version) &&
      labels(() => resource.labels()) &&
      annotations(() => resource.annotations())
    ) {
      selected.push(resource);
    }
  }
  return selected;
}

/** As in kustomize, a wrong selector fails only where it is asked. */
function lazySelector(text: string | undefined) {
  let compiled: ReturnType<typeof compileLabelSelector> | undefined;
  return (labels: () => ReadonlyMap<string, string>): boolean => {
    if (!text) {
      return true;
    }
    compiled ??= compileLabelSelector(text);
    return compiled(labels());
  };
}
