import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { Warning } from '../findings';
import { GitopsKind, kindOf } from '../kinds';
import { GitopsObject, JsonObject, KubernetesObject } from '../objects';
import { fillDefaults } from '../validation/defaults';
import { convertAlert } from './alerts';
import { convertHelmRelease, convertKustomization } from './appliers';
import { copy } from './copy';
import { Draft } from './draft';
import { UnknownKindError } from './errors';
import { convertImageUpdateAutomation } from './images';
import {
  convertGitRepository,
  convertHelmChart,
  dropAccessFrom,
} from './sources';
import { convertStatus } from './status';

/**
 * What {@link convert} made.
 *
 * @public
 */
export interface Conversion {
  /** A copy, of the served version; not validated. */
  object: GitopsObject;
  kind: GitopsKind;
  /** Fields that were dropped or carried over, with what to do about it. */
  warnings: Warning[];
}

/** By kind; kinds that are not here changed nothing but their version. */
const CONVERTERS: Readonly<Record<string, (spec: Draft) => void>> = {
  GitRepository: convertGitRepository,
  HelmChart: convertHelmChart,
  Bucket: dropAccessFrom,
  Kustomization: convertKustomization,
  HelmRelease: convertHelmRelease,
  ImageUpdateAutomation: convertImageUpdateAutomation,
  Alert: convertAlert,
};

/**
 * Converts an object of any version that Flux ever served to the served one
 * (Flux 2.9). Flux's CRDs never converted, they only renamed the version, so
 * fields of several versions may stand side by side: all renames and removals
 * are done whichever older version it is. An object of the served version is
 * only copied.
 *
 * @throws {@link UnknownKindError}
 * @public
 */
export function convert(object: KubernetesObject): Conversion {
  const kind = kindOf(object.apiVersion, object.kind);
  if (!kind) throw new UnknownKindError(object.apiVersion, object.kind);

  const { spec = {}, ...rest } = copy(object);
  const converted: GitopsObject = {
    ...rest,
    apiVersion: kind.apiVersion,
    spec: spec as object,
  };
  const warnings: Warning[] = [];
  if (object.apiVersion === kind.apiVersion) {
    return { object: converted, kind, warnings };
  }
  if (isJsonObject(spec)) {
    CONVERTERS[kind.kind]?.(new Draft(spec, 'spec', warnings));
  }
  if (isJsonObject(converted.status)) {
    converted.status = statusOfKind(converted.status, kind);
  }
  return { object: converted, kind, warnings };
}

function statusOfKind(
  status: JsonObject,
  kind: GitopsKind,
): JsonObject | undefined {
  if (!kind.status) return undefined;
  convertStatus(status);
  const known = fillDefaults(status, kind.status, 'dropUnknown');
  return isJsonObject(known) ? known : undefined;
}
