import {
  ANNOTATION_LOCATION,
  Entity,
  parseLocationRef,
  stringifyLocationRef,
} from '@backstage/catalog-model';
import { ScmIntegrations } from '@backstage/integration';
import path from 'node:path';

/**
 * The location references of the files that a Location entity names, as the
 * catalog resolves them (plugin-catalog-backend 4.0): relative to its own file.
 */
export function locationTargets(
  entity: Entity,
  integrations: Pick<ScmIntegrations, 'resolveUrl'>,
): string[] {
  const own = entity.metadata.annotations?.[ANNOTATION_LOCATION];
  const base = own ? parse(own) : undefined;
  const { spec = {} } = entity;
  const type = typeof spec.type === 'string' ? spec.type : base?.type;
  const targets = [
    spec.target,
    ...(Array.isArray(spec.targets) ? spec.targets : []),
  ].filter((target): target is string => typeof target === 'string');
  if (!type) {
    return [];
  }
  return targets.map(target =>
    stringifyLocationRef({
      type,
      target: base ? absolute(type, target, base.target, integrations) : target,
    }),
  );
}

function parse(ref: string) {
  try {
    return parseLocationRef(ref);
  } catch {
    return undefined;
  }
}

function absolute(
  type: string,
  target: string,
  base: string,
  integrations: Pick<ScmIntegrations, 'resolveUrl'>,
): string {
  try {
    if (type === 'url') {
      return integrations.resolveUrl({ url: target, base });
    }
    return type === 'file' && !path.isAbsolute(target)
      ? path.join(path.dirname(base), target)
      : target;
  } catch {
    return target;
  }
}
