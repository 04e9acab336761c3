import {
  ClusterClient,
  inventoryEntryOf,
  refOf,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import {
  isJsonObject,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import {
  convert,
  GitopsKind,
  gitopsKinds,
  kindOf,
  ResourceRef,
  splitApiVersion,
} from '@backstage-gitops/plugin-gitops-common';
import { fluxControllerOf } from '../../homes/fluxControllers';

/** What may be applied of a set that holds objects of Flux itself. */
export interface AdaptedObjects {
  objects: readonly KubernetesObject[];
  /** In the set, and not to be applied; nor to be pruned for that. */
  leftOut: ResourceRef[];
  /** Changed whenever {@link AdaptedObjects.objects} was; for people. */
  warnings: string[];
}

/** What is left out of a set. */
export interface FluxPolicy {
  /** Flux's controllers, which would reconcile what the portal reconciles. */
  controllers: boolean;
  /** Flux's CustomResourceDefinitions, where the portal installs its own. */
  crds: boolean;
}

const CRD_GROUP = 'apiextensions.k8s.io';
const FLUX_GROUPS: ReadonlySet<string> = new Set(
  gitopsKinds.map(({ group }) => group),
);

/**
 * Makes a set that comes out of Git fit for a cluster in which the portal takes
 * the place of Flux's controllers: they are left out, as is what would change
 * the portal's definitions, and GitOps objects in a version that the cluster does
 * not serve (any more) are converted to the one that it serves. All else is
 * applied like any object, by whoever the delivery acts as.
 */
export async function adaptFluxObjects(options: {
  client: Pick<ClusterClient, 'versionsOf'>;
  objects: readonly KubernetesObject[];
  defaultNamespace: string;
  leaveOut: FluxPolicy;
}): Promise<AdaptedObjects> {
  const { objects, leaveOut, defaultNamespace } = options;
  const controllers = leaveOut.controllers ? objects.filter(isController) : [];
  const crds = leaveOut.crds ? objects.filter(isFluxCrd) : [];
  const out = new Set([...controllers, ...crds]);
  const rest = out.size > 0 ? objects.filter(one => !out.has(one)) : objects;
  const { converted, warnings } = await convertUnserved(options.client, rest);
  const refs = (left: readonly KubernetesObject[]) =>
    left.map(object => ({
      ...refOf(object),
      ...(left === crds
        ? {}
        : { namespace: object.metadata.namespace ?? defaultNamespace }),
    }));
  const list = (left: readonly KubernetesObject[]) =>
    refs(left).map(subjectOf).join(', ');
  return {
    objects: converted,
    leftOut: [...refs(controllers), ...refs(crds)].map(inventoryEntryOf),
    warnings: [
      ...(controllers.length > 0
        ? [
            `Flux's own controllers are left out, since the portal reconciles here: ${list(controllers)}; remove them from the manifests (or set gitops.kustomize.allowFluxControllers, and the portal will only observe)`,
          ]
        : []),
      ...(crds.length > 0
        ? [
            `Flux's CustomResourceDefinitions are left out, since the portal installs its own here (installCrds of the home): ${list(crds)}`,
          ]
        : []),
      ...warnings,
    ],
  };
}

function isController({
  apiVersion,
  kind,
  metadata,
  ...rest
}: KubernetesObject) {
  if (kind !== 'Deployment' || !apiVersion.startsWith('apps/')) {
    return false;
  }
  const controller = fluxControllerOf(metadata.name);
  return (
    controller !== undefined &&
    (metadata.labels?.['app.kubernetes.io/part-of'] === 'flux' ||
      imagesOf(rest).some(image =>
        new RegExp(`(^|/)${controller}([:@]|$)`).test(image),
      ))
  );
}

function imagesOf(deployment: object): string[] {
  const { spec } = deployment as {
    spec?: { template?: { spec?: { containers?: unknown } } };
  };
  const containers = spec?.template?.spec?.containers;
  return Array.isArray(containers)
    ? containers.flatMap(one =>
        isJsonObject(one) && typeof one.image === 'string' ? [one.image] : [],
      )
    : [];
}

function isFluxCrd(object: KubernetesObject): boolean {
  return FLUX_GROUPS.has(definedBy(object)?.group ?? '');
}

/** The group and kind that a CustomResourceDefinition defines. */
function definedBy(object: KubernetesObject) {
  const { group } = splitApiVersion(object.apiVersion);
  const { spec } = object as { spec?: unknown };
  if (
    object.kind !== 'CustomResourceDefinition' ||
    group !== CRD_GROUP ||
    !isJsonObject(spec) ||
    typeof spec.group !== 'string' ||
    !isJsonObject(spec.names)
  ) {
    return undefined;
  }
  return { group: spec.group, kind: spec.names.kind };
}

async function convertUnserved(
  client: Pick<ClusterClient, 'versionsOf'>,
  objects: readonly KubernetesObject[],
): Promise<{ converted: readonly KubernetesObject[]; warnings: string[] }> {
  const old = objects.filter(object => {
    const kind = fluxKindOf(object);
    return kind !== undefined && kind.apiVersion !== object.apiVersion;
  });
  if (old.length === 0) {
    return { converted: objects, warnings: [] };
  }
  // What this very set is going to define is not known to the cluster yet.
  const defined = new Set(
    objects.map(definedBy).map(one => one && `${one.group}/${one.kind}`),
  );
  const served = new Map<GitopsKind, Set<string>>();
  const isServed = async (kind: GitopsKind, apiVersion: string) => {
    let versions = served.get(kind);
    if (!versions) {
      const found = await client.versionsOf(kind.group, kind.kind);
      versions = new Set(found.map(version => version.apiVersion));
      served.set(kind, versions);
    }
    return versions.has(apiVersion);
  };
  const replacements = new Map<KubernetesObject, KubernetesObject>();
  const warnings: string[] = [];
  for (const object of old) {
    const kind = fluxKindOf(object)!;
    if (
      !defined.has(`${kind.group}/${kind.kind}`) &&
      !(await isServed(kind, object.apiVersion)) &&
      (await isServed(kind, kind.apiVersion))
    ) {
      const conversion = convert(object);
      replacements.set(object, conversion.object);
      warnings.push(
        [
          `${subjectOf(refOf(object))} is of ${object.apiVersion}, which the cluster does not serve; it was converted to ${kind.apiVersion}: change the manifest`,
          ...conversion.warnings.map(({ message }) => message),
        ].join('; '),
      );
    }
  }
  return {
    converted:
      replacements.size > 0
        ? objects.map(object => replacements.get(object) ?? object)
        : objects,
    warnings,
  };
}

function fluxKindOf({
  apiVersion,
  kind,
}: KubernetesObject): GitopsKind | undefined {
  return FLUX_GROUPS.has(splitApiVersion(apiVersion).group)
    ? kindOf(apiVersion, kind)
    : undefined;
}
