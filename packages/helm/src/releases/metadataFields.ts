import type { ChartDependency, ChartLock, ChartMetadata } from '../charts';
import { Fields } from '../functions/encoding/jsonForm';
import { list, map, struct } from './goForms';

/** Chart.yaml as Helm's struct, without what is empty. */
export function metadataFields(metadata: ChartMetadata): Fields {
  return struct({
    name: metadata.name || undefined,
    home: metadata.home || undefined,
    sources: list(metadata.sources),
    version: metadata.version || undefined,
    description: metadata.description || undefined,
    keywords: list(metadata.keywords),
    maintainers: list(
      metadata.maintainers.map(({ name, email, url }) =>
        struct({
          name: name || undefined,
          email: email || undefined,
          url: url || undefined,
        }),
      ),
    ),
    icon: metadata.icon || undefined,
    apiVersion: metadata.apiVersion || undefined,
    condition: metadata.condition || undefined,
    tags: metadata.tags || undefined,
    appVersion: metadata.appVersion || undefined,
    deprecated: metadata.deprecated || undefined,
    annotations: map(metadata.annotations),
    kubeVersion: metadata.kubeVersion || undefined,
    dependencies: list((metadata.dependencies ?? []).map(dependencyFields)),
    type: metadata.type || undefined,
  });
}

/** An entry of Chart.yaml or Chart.lock as Helm's struct. */
export function dependencyFields(dependency: ChartDependency): Fields {
  return struct({
    name: dependency.name,
    version: dependency.version || undefined,
    repository: dependency.repository,
    condition: dependency.condition || undefined,
    tags: list(dependency.tags),
    enabled: dependency.enabled || undefined,
    'import-values': list(dependency.importValues),
    alias: dependency.alias || undefined,
  });
}

/** Chart.lock as Helm's struct. */
export function lockFields(lock: ChartLock): Fields {
  return struct({
    generated: lock.generated,
    digest: lock.digest,
    dependencies: lock.dependencies.map(dependencyFields),
  });
}
