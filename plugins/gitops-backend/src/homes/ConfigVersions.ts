import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { cacheKey, referenceTo } from './ObjectCache';
import { ObjectReference } from './ObjectReference';

/** What is known of a ConfigMap or Secret. */
interface ConfigVersion {
  version: string;
  /** When it was written last, in ms since the epoch, as its metadata tell. */
  writtenAt: number;
}

/**
 * The versions of the ConfigMaps and Secrets of a home that are watched. Nothing
 * is known of a kind before it was listed, and of what is not watched, ever.
 */
export class ConfigVersions {
  private readonly versions = new Map<string, ConfigVersion>();
  private readonly kinds = new Set<string>();

  /** All of a kind that are watched; their metadata are enough. */
  listed(kind: string, configs: readonly GitopsObject[]): void {
    for (const key of this.versions.keys()) {
      if (key.startsWith(`${kind}/`)) {
        this.versions.delete(key);
      }
    }
    this.kinds.add(kind);
    configs.forEach(config => this.set(config));
  }

  set(config: GitopsObject): void {
    this.versions.set(cacheKey(referenceTo(config)), {
      version: config.metadata.resourceVersion ?? '',
      writtenAt: writtenAt(config),
    });
  }

  delete(config: GitopsObject): void {
    this.versions.delete(cacheKey(referenceTo(config)));
  }

  /** They are watched no more. */
  clear(): void {
    this.versions.clear();
    this.kinds.clear();
  }

  /**
   * The versions of some as a text that differs once one of them has changed;
   * undefined where not all are known.
   */
  of(references: readonly ObjectReference[]): string | undefined {
    return references.every(({ kind }) => this.kinds.has(kind))
      ? references
          .map(
            reference => this.versions.get(cacheKey(reference))?.version ?? '',
          )
          .join(' ')
      : undefined;
  }

  /** When one was written last; undefined where it is not watched. */
  writtenAt(reference: ObjectReference): number | undefined {
    return this.versions.get(cacheKey(reference))?.writtenAt;
  }
}

function writtenAt({ metadata }: GitopsObject): number {
  const { managedFields = [] } = metadata as {
    managedFields?: { time?: string }[];
  };
  return Math.max(
    0,
    ...[metadata.creationTimestamp, ...managedFields.map(({ time }) => time)]
      .map(time => Date.parse(time ?? ''))
      .filter(Number.isFinite),
  );
}
