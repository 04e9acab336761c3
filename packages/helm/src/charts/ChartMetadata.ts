import { JsonValue } from '@backstage-gitops/kubernetes-yaml';

/**
 * A person or team that maintains a chart.
 *
 * @public
 */
export interface ChartMaintainer {
  name: string;
  email: string;
  url: string;
}

/**
 * A chart that another one depends on.
 *
 * @public
 */
export interface ChartDependency {
  name: string;
  /** A range of versions; in a lock, one. */
  version: string;
  repository: string;
  /** Paths of values, with commas between, that enable or disable it. */
  condition: string;
  tags: string[];
  /** Whether it takes part; set when dependencies are processed. */
  enabled: boolean;
  /** Names of exports, or tables with `child` and `parent`. */
  importValues: JsonValue[];
  alias: string;
}

/**
 * All fields of Chart.yaml; those that it lacks are empty.
 *
 * @public
 */
export interface ChartMetadata {
  name: string;
  home: string;
  sources: string[];
  version: string;
  description: string;
  keywords: string[];
  maintainers: ChartMaintainer[];
  icon: string;
  apiVersion: string;
  condition: string;
  tags: string;
  appVersion: string;
  deprecated: boolean;
  annotations: Record<string, string>;
  kubeVersion: string;
  /** Undefined where Chart.yaml does not list any. */
  dependencies?: ChartDependency[];
  /** Empty, `application` or `library`. */
  type: string;
}

/**
 * Chart.lock, or requirements.lock of `v1` charts.
 *
 * @public
 */
export interface ChartLock {
  /** RFC 3339. */
  generated: string;
  digest: string;
  dependencies: ChartDependency[];
}

export const EMPTY_METADATA: Readonly<ChartMetadata> = {
  name: '',
  home: '',
  sources: [],
  version: '',
  description: '',
  keywords: [],
  maintainers: [],
  icon: '',
  apiVersion: '',
  condition: '',
  tags: '',
  appVersion: '',
  deprecated: false,
  annotations: {},
  kubeVersion: '',
  type: '',
};
