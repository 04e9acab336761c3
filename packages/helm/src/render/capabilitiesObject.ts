import {
  goFunction,
  GoPointer,
  GoStruct,
  GoType,
  GoTyped,
  pointerType,
  sliceType,
  STRING,
} from '@backstage-gitops/go-template';
import type { GoMarshaler } from '../functions/encoding/GoMarshaler';
import type { Capabilities } from '../values';

const normalized = (version: unknown): string =>
  (version as KubeVersionStruct).comparable;

const KUBE_VERSION: GoType = {
  name: 'common.KubeVersion',
  kind: 'struct',
  fields: ['Version', 'Major', 'Minor'],
  layout: ['Version', 'normalizedVersion', 'Major', 'Minor'],
  addressedText: normalized,
  methods: new Map([
    ['String', goFunction([STRING], normalized)],
    [
      'GitVersion',
      goFunction([STRING], (version: GoStruct) => version.fields.Version),
    ],
  ]),
};

class KubeVersionStruct extends GoStruct {
  constructor(
    readonly comparable: string,
    fields: { Version: string; Major: string; Minor: string },
  ) {
    super(KUBE_VERSION, fields);
  }

  override hidden() {
    return { normalizedVersion: this.comparable };
  }
}

const VERSION_SET: GoType = {
  ...sliceType(STRING),
  name: 'common.VersionSet',
  underlying: sliceType(STRING),
  methods: new Map([
    [
      'Has',
      goFunction([STRING, STRING], (set: VersionSet, version: string) =>
        set.names.has(version),
      ),
    ],
  ]),
};

class VersionSet extends GoTyped<readonly string[]> {
  readonly names: ReadonlySet<string>;
  constructor(versions: readonly string[]) {
    super(VERSION_SET, versions);
    this.names = new Set(versions);
  }
}

const BUILD_INFO: GoType = {
  name: 'version.BuildInfo',
  kind: 'struct',
  fields: [
    'Version',
    'GitCommit',
    'GitTreeState',
    'GoVersion',
    'KubeClientVersion',
  ],
};

const CAPABILITIES: GoType = {
  name: 'common.Capabilities',
  kind: 'struct',
  fields: ['KubeVersion', 'APIVersions', 'HelmVersion'],
  methods: new Map([
    [
      'Copy',
      goFunction(
        [STRING],
        (capabilities: GoStruct) =>
          new GoPointer(pointerType(capabilities.type), capabilities),
      ),
    ],
  ]),
};

/** What JSON calls the fields; empty ones are left out but for the last. */
const BUILD_INFO_NAMES: Readonly<Record<string, string>> = {
  Version: 'version',
  GitCommit: 'git_commit',
  GitTreeState: 'git_tree_state',
  GoVersion: 'go_version',
  KubeClientVersion: 'kube_client_version',
};

class BuildInfo extends GoStruct implements GoMarshaler {
  marshalJson(): GoStruct {
    const fields = Object.fromEntries(
      Object.entries(this.fields)
        .map(([name, value]) => [BUILD_INFO_NAMES[name], value] as const)
        .filter(
          ([name, value]) => value !== '' || name === 'kube_client_version',
        ),
    );
    return new GoStruct({ ...BUILD_INFO, fields: Object.keys(fields) }, fields);
  }
}

/** `.Capabilities`: structs of Helm 4, with their fields and methods. */
export function createCapabilitiesObject({
  kubeVersion,
  apiVersions,
  helmVersion,
}: Capabilities): GoPointer {
  return new GoPointer(
    pointerType(CAPABILITIES),
    new GoStruct(CAPABILITIES, {
      KubeVersion: new KubeVersionStruct(kubeVersion.normalized, {
        Version: kubeVersion.version,
        Major: kubeVersion.major,
        Minor: kubeVersion.minor,
      }),
      APIVersions: new VersionSet(apiVersions),
      HelmVersion: new BuildInfo(BUILD_INFO, {
        Version: helmVersion.version,
        GitCommit: helmVersion.gitCommit,
        GitTreeState: helmVersion.gitTreeState,
        GoVersion: helmVersion.goVersion,
        KubeClientVersion: helmVersion.kubeClientVersion,
      }),
    }),
  );
}
