import { JsonObject } from '@backstage-gitops/kubernetes-yaml';
import { ChartMetadata } from './ChartMetadata';

/** `.Chart` of Helm 4: a table whose keys are the names of Go's fields. */
export function describeMetadata(metadata: ChartMetadata): JsonObject {
  return {
    Name: metadata.name,
    Home: metadata.home,
    Sources: [...metadata.sources],
    Version: metadata.version,
    Description: metadata.description,
    Keywords: [...metadata.keywords],
    Maintainers: metadata.maintainers.map(({ name, email, url }) => ({
      Name: name,
      Email: email,
      URL: url,
    })),
    Icon: metadata.icon,
    APIVersion: metadata.apiVersion,
    Condition: metadata.condition,
    Tags: metadata.tags,
    AppVersion: metadata.appVersion,
    Deprecated: metadata.deprecated,
    Annotations: { ...metadata.annotations },
    KubeVersion: metadata.kubeVersion,
    Dependencies: (metadata.dependencies ?? []).map(dependency => ({
      Name: dependency.name,
      Version: dependency.version,
      Repository: dependency.repository,
      Condition: dependency.condition,
      Tags: [...dependency.tags],
      Enabled: dependency.enabled,
      ImportValues: [...dependency.importValues],
      Alias: dependency.alias,
    })),
    Type: metadata.type,
  };
}
