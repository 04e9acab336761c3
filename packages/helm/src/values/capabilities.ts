import { Constraint, parseVersion, SemverError } from '../semver';
import { DEFAULT_API_VERSIONS } from './defaultApiVersions';
import { ValuesError } from './ValuesError';

/**
 * A version of Kubernetes as templates see it.
 *
 * @public
 */
export interface KubeVersion {
  /** As the cluster tells it, with a `v` before: `v1.33.4-gke.1245000`. */
  readonly version: string;
  /** Without suffixes: `v1.33.4`. Constraints are checked against it. */
  readonly normalized: string;
  readonly major: string;
  readonly minor: string;
}

/**
 * What a cluster can do: `.Capabilities`.
 *
 * @public
 */
export interface Capabilities {
  readonly kubeVersion: KubeVersion;
  /** Such as `apps/v1`, with a cluster also `apps/v1/Deployment`. */
  readonly apiVersions: readonly string[];
  readonly helmVersion: {
    readonly version: string;
    readonly gitCommit: string;
    readonly gitTreeState: string;
    readonly goVersion: string;
    readonly kubeClientVersion: string;
  };
}

const HELM_VERSION: Capabilities['helmVersion'] = {
  version: 'v4.2',
  gitCommit: '',
  gitTreeState: '',
  goVersion: 'go1.26',
  kubeClientVersion: 'v1.36',
};

/**
 * Capabilities as the cluster has them, or, for what is left out, those that
 * Helm 4.2 assumes without one.
 *
 * @throws ValuesError `invalid-version`
 * @public
 */
export function createCapabilities(
  options: {
    kubeVersion?: string;
    /** All that there are, as a cluster tells them. */
    apiVersions?: readonly string[];
    /** Taken for granted in addition, as `--api-versions` does. */
    extraApiVersions?: readonly string[];
  } = {},
): Capabilities {
  const { kubeVersion = 'v1.36.0', extraApiVersions = [] } = options;
  return {
    kubeVersion: parseKubeVersion(kubeVersion),
    apiVersions: [
      ...(options.apiVersions ?? DEFAULT_API_VERSIONS),
      ...extraApiVersions,
    ],
    helmVersion: HELM_VERSION,
  };
}

const KUBE_VERSION = /^[ \t\n\r\f]*v?([0-9]+(?:\.[0-9]+)*)[^\n]*$/;
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Reads a version of Kubernetes; what follows its numbers is dropped.
 *
 * @throws ValuesError `invalid-version`
 * @public
 */
export function parseKubeVersion(text: string): KubeVersion {
  const numbers = text.length > 256 ? undefined : KUBE_VERSION.exec(text)?.[1];
  const parts = (numbers?.split('.') ?? []).map(BigInt);
  if (
    parts.length < 2 ||
    /^0[0-9]/.test(numbers!) ||
    parts.some(part => part > MAX_UINT64)
  ) {
    throw new ValuesError(
      'invalid-version',
      `invalid Kubernetes version ${JSON.stringify(text.slice(0, 100))}; write it as 1.33 or v1.33.4`,
    );
  }
  return {
    version: text.startsWith('v') ? text : `v${text}`,
    normalized: `v${parts.join('.')}`,
    major: String(parts[0]),
    minor: String(parts[1]),
  };
}

/**
 * Whether a version satisfies a constraint; what is neither satisfies nothing.
 *
 * @public
 */
export function isCompatible(constraint: string, version: string): boolean {
  try {
    return Constraint.parse(constraint).check(parseVersion(version)).matches;
  } catch (error) {
    if (error instanceof SemverError) {
      return false;
    }
    throw error;
  }
}
