import { createHmac } from 'node:crypto';
import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { KustomizationSpec } from '@backstage-gitops/plugin-gitops-common';
import { Substitution } from '../controllers/kustomize/substitution/substituteObjects';
import { PackedManifests } from './packedManifests';

/**
 * The last builds, up to a number of bytes. It is asked by everything that a
 * build depends on; the engine is not among it since the cache ends with the
 * process that the engine runs in.
 */
export class BuildCache {
  private readonly maxBytes: number;
  private readonly key: Buffer;
  private readonly builds = new Map<string, PackedManifests>();
  private bytes = 0;

  constructor(options: {
    maxBytes: number;
    /** Random; without it nobody can tell inputs from what is kept. */
    key: Buffer;
  }) {
    this.maxBytes = options.maxBytes;
    this.key = options.key;
  }

  /** What a build is kept by; the order of fields and variables is no matter. */
  keyOf(
    artifactDigest: string,
    spec: KustomizationSpec,
    substitution: Substitution | undefined,
  ): string {
    const values = substitution && {
      strict: substitution.strict,
      variables: Object.fromEntries(substitution.variables),
    };
    return createHmac('sha256', this.key)
      .update(
        stringifyJson([artifactDigest, spec, values ?? null], {
          sortKeys: true,
        }),
      )
      .digest('base64');
  }

  get(key: string): PackedManifests | undefined {
    const build = this.builds.get(key);
    if (build) {
      // Used last, dropped last.
      this.builds.delete(key);
      this.builds.set(key, build);
    }
    return build;
  }

  set(key: string, build: PackedManifests): void {
    this.delete(key);
    if (build.objects.length > this.maxBytes) {
      return;
    }
    this.builds.set(key, build);
    this.bytes += build.objects.length;
    for (const oldest of this.builds.keys()) {
      if (this.bytes <= this.maxBytes) {
        break;
      }
      this.delete(oldest);
    }
  }

  private delete(key: string): void {
    const build = this.builds.get(key);
    if (build) {
      this.builds.delete(key);
      this.bytes -= build.objects.length;
    }
  }
}
