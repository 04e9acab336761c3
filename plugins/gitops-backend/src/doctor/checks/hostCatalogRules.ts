import { Config } from '@backstage/config';
import { isJsonObject, JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { gitopsKinds } from '@backstage-gitops/plugin-gitops-common';
import { DoctorCheck, Finding } from '../DoctorCheck';

/** For which files the catalog takes a kind, as its rules say (plugin-catalog-backend 4.0). */
type Allowed = 'everywhere' | 'somewhere' | 'nowhere';

/** The catalog rejects a whole file for one kind that its rules do not allow. */
export function hostCatalogRules(config: Config): DoctorCheck {
  return {
    id: 'host.catalogRules',
    run: async (): Promise<Finding[]> => {
      const kindsThat = (wanted: Allowed) =>
        gitopsKinds
          .map(({ kind }) => kind)
          .filter(kind => allowedIn(config, kind) === wanted);
      const missing = kindsThat('nowhere');
      const partial = kindsThat('somewhere');
      if (missing.length > 0) {
        const none = missing.length === gitopsKinds.length;
        return [
          {
            level: none ? 'error' : 'warning',
            title: none
              ? 'catalog.rules allow none of the GitOps kinds'
              : `catalog.rules do not allow ${missing.join(', ')}`,
            meaning:
              'The catalog rejects a file as a whole for one document of a kind that is not allowed, also what else stands in it.',
            action:
              'Allow them in the app-config of the backend that has the catalog, and restart it. The rules replace the default ones: keep Component, API and Location among them.',
            snippet: {
              file: 'app-config.yaml',
              text: ruleFor(config, missing),
            },
          },
        ];
      }
      return [
        partial.length > 0
          ? {
              level: 'ok',
              title: `catalog.rules allow all GitOps kinds, ${partial.join(', ')} at some locations only`,
            }
          : { level: 'ok', title: 'catalog.rules allow all GitOps kinds' },
      ];
    },
  };
}

function allowedIn(config: Config, kind: string): Allowed {
  const global = (config.getOptionalConfigArray('catalog.rules') ?? []).map(
    rule => ({ rule, isLimited: rule.has('locations') }),
  );
  const ofLocations = (
    config.getOptionalConfigArray('catalog.locations') ?? []
  ).flatMap(location =>
    (location.getOptionalConfigArray('rules') ?? []).map(rule => ({
      rule,
      isLimited: true,
    })),
  );
  let allowed: Allowed = 'nowhere';
  for (const { rule, isLimited } of [...global, ...ofLocations]) {
    for (const entry of entriesOf(rule)) {
      if (entry.kind.toLowerCase() === kind.toLowerCase()) {
        if (!isLimited && !entry.isLimited) {
          return 'everywhere';
        }
        allowed = 'somewhere';
      }
    }
  }
  return allowed;
}

function entriesOf(rule: Config): { kind: string; isLimited: boolean }[] {
  const allow = rule.getOptional<JsonValue>('allow');
  return (Array.isArray(allow) ? allow : []).flatMap(entry => {
    if (typeof entry === 'string') {
      return [{ kind: entry, isLimited: false }];
    }
    return isJsonObject(entry) && typeof entry.kind === 'string'
      ? [{ kind: entry.kind, isLimited: 'spec.type' in entry }]
      : [];
  });
}

function ruleFor(config: Config, kinds: readonly string[]): string {
  const defaults = config.has('catalog.rules')
    ? []
    : ['Component', 'API', 'Location'];
  return [
    'catalog:',
    '  rules:',
    '    - allow:',
    ...[...defaults, ...kinds].map(kind => `        - ${kind}`),
  ].join('\n');
}
