import { toPlain } from '../fields/YamlNode';
import { within } from '../KustomizeError';
import { Loader } from '../files/Loader';
import { generate } from '../generators/generate';
import { FieldReader } from '../kustomization/FieldReader';
import { readGenerator } from '../kustomization/readKustomization';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';
import { formatId } from '../resources/ResourceId';
import { BUILTIN, unsupportedPlugin } from './unsupported';

/** Runs a built-in generator that a resource configures. */
export function runGeneratorPlugin(
  resources: ResourceList,
  plugin: Resource,
  loader: Loader,
): void {
  const isConfigMap = plugin.kind === 'ConfigMapGenerator';
  if (
    plugin.apiVersion !== BUILTIN ||
    (!isConfigMap && plugin.kind !== 'SecretGenerator')
  ) {
    throw unsupportedPlugin(plugin);
  }
  within({ object: formatId(plugin.currentId()) }, () => {
    const fields = FieldReader.of(toPlain(plugin.node), '', plugin.kind, true);
    const entry = {
      ...readGenerator(fields),
      name: plugin.name,
      namespace: plugin.namespace,
    };
    const kind = isConfigMap ? 'ConfigMap' : 'Secret';
    resources.absorb(generate(kind, entry, undefined, loader));
  });
}
