import { KustomizeError } from '../KustomizeError';
import { Resource } from '../resources/Resource';
import { formatId } from '../resources/ResourceId';

/** API version of the plugins that kustomize has built in. */
export const BUILTIN = 'builtin';

/** The error for plugins that would run a program, or that do not exist. */
export function unsupportedPlugin(plugin: Resource): KustomizeError {
  return new KustomizeError({
    code: 'unsupported',
    problem:
      plugin.apiVersion === BUILTIN
        ? `there is no built-in plugin ${plugin.kind}`
        : `the plugin ${plugin.kind} would run a program`,
    object: formatId(plugin.currentId()),
    hint: 'only built-in plugins are supported',
  });
}
