import { object, required, string, FieldSchema, stringMap } from './schema';

/**
 * A reference to an object of the same namespace.
 *
 * @public
 */
export interface LocalObjectReference {
  name: string;
}

/**
 * A reference to an object of the same kind of relation, possibly elsewhere.
 *
 * @public
 */
export interface NamespacedObjectReference {
  name: string;
  /** Defaults to the namespace of the object that refers. */
  namespace?: string;
}

/**
 * A reference to a source of artifacts. `K` is the kinds that are allowed.
 *
 * @public
 */
export interface SourceReference<K extends string = string> {
  apiVersion?: string;
  kind: K;
  name: string;
  /** Defaults to the namespace of the object that refers. */
  namespace?: string;
}

/**
 * Labels and annotations for every object of a delivery.
 *
 * @public
 */
export interface CommonMetadata {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/**
 * Something that must be ready first.
 *
 * @public
 */
export interface DependencyReference {
  name: string;
  /** Defaults to the namespace of the object that refers. */
  namespace?: string;
  /** CEL over `self` and `dep`; replaces the built-in check. */
  readyExpr?: string;
}

/**
 * How to reach another cluster than home: exactly one of the two.
 *
 * @public
 */
export interface KubeConfigReference {
  secretRef?: { name: string; key?: string };
  configMapRef?: LocalObjectReference;
}

/** A reference by name, in the object's own namespace. */
export function localRef(description: string): FieldSchema {
  return object<LocalObjectReference>(description, {
    name: required(string('Name of the object that is meant.')),
  });
}

export function commonMetadata(description: string): FieldSchema {
  return object<CommonMetadata>(description, {
    labels: stringMap('Labels to set; a key of the same name is replaced.'),
    annotations: stringMap(
      'Annotations to set; a key of the same name is replaced.',
    ),
  });
}

export function dependency(description: string): FieldSchema {
  return object<DependencyReference>(description, {
    name: required(string('Name of the object to wait for.')),
    namespace: string('Its namespace; the own one if left out.'),
    readyExpr: string(
      'CEL over `self` and `dep` that is true once the dependency is ready. It takes the place of the built-in check.',
    ),
  });
}

export function kubeConfig(description: string): FieldSchema {
  const message = 'exactly one of secretRef and configMapRef must be set';
  return object<KubeConfigReference>(
    description,
    {
      secretRef: object<{ name: string; key?: string }>(
        'Secret that holds a kubeconfig. Kubeconfigs that run programs or read files are refused by default.',
        {
          name: required(string('Name of the Secret.')),
          key: string(
            'Key of the kubeconfig in the Secret; `value`, then `value.yaml` if left out.',
          ),
        },
      ),
      configMapRef: localRef(
        'ConfigMap that says how to obtain short-lived credentials: provider, cluster, address, ca.crt, audiences, serviceAccountName.',
      ),
    },
    {
      rules: [
        {
          rule: 'has(self.configMapRef) || has(self.secretRef)',
          message,
          check: self =>
            self.configMapRef !== undefined || self.secretRef !== undefined,
        },
        {
          rule: '!has(self.configMapRef) || !has(self.secretRef)',
          message,
          check: self =>
            self.configMapRef === undefined || self.secretRef === undefined,
        },
      ],
    },
  );
}
