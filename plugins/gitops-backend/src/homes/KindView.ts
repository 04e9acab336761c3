import { LoggerService } from '@backstage/backend-plugin-api';
import {
  KubernetesApiError,
  UnknownKindError,
} from '@backstage-gitops/kubernetes-apply';
import {
  externalArtifactKind,
  GitopsKind,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { pause } from '../util/pause';
import { Home } from './Home';
import { referenceTo } from './ObjectCache';
import { OtherWriters } from './OtherWriters';
import { relationsOf } from './relationsOf';

/** A kind that a home does not serve is asked for again after so long. */
const ABSENT_MS = 60_000;
const FAILED_MS = 10_000;

/** What {@link KindView} is made of. */
export interface KindViewOptions {
  home: Home;
  kind: GitopsKind;
  writers?: Pick<OtherWriters, 'noteChange'>;
  logger: LoggerService;
  onChange?: (home: Home, object: GitopsObject) => void;
  /** Called for each object that is there, once it is in view. */
  onNews?: (object: GitopsObject, before: GitopsObject | undefined) => void;
  /** Milliseconds until a kind is asked for again that is not served. Default a minute. */
  absentMs?: number;
}

/**
 * Keeps the objects of a kind in view that the portal does not reconcile, such
 * as those of a home where Flux does. A home need not serve the kind, nor let the
 * portal see it: nothing is wrong with the home then.
 */
export class KindView {
  private readonly options: KindViewOptions;
  private told = '';

  constructor(options: KindViewOptions) {
    this.options = options;
  }

  /** Watches until the signal fires; whatever happens to the home. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let wait = this.options.absentMs ?? ABSENT_MS;
      try {
        const apiVersion = await this.servedVersion();
        if (apiVersion) {
          await this.watch(apiVersion, signal);
        } else {
          this.replace([]);
        }
      } catch (error) {
        // The kinds that are reconciled say what is wrong with the home.
        this.tell(String(error));
        wait = FAILED_MS;
      }
      await pause(wait, signal);
    }
  }

  /** The version of ours where the home serves it, else its newest that Flux had. */
  private async servedVersion(): Promise<string | undefined> {
    const { home, kind } = this.options;
    const served = (await home.client.versionsOf(kind.group, kind.kind)).map(
      ({ apiVersion }) => apiVersion,
    );
    return [kind.apiVersion, ...olderVersionsOf(kind)].find(version =>
      served.includes(version),
    );
  }

  /** Ends, too, once the home serves the kind no more. */
  private async watch(apiVersion: string, signal: AbortSignal): Promise<void> {
    const { home, kind, writers, onChange, onNews } = this.options;
    const gone = new AbortController();
    await home.client.watch<GitopsObject>({
      apiVersion,
      kind: kind.kind,
      signal: AbortSignal.any([signal, gone.signal]),
      onOpen: () => home.markWatched(kind.kind, true),
      onSync: items => this.replace(items),
      onEvent: ({ type, object }) => {
        if (type === 'DELETED') {
          home.cache.delete(referenceTo(object));
        } else {
          const before = home.cache.set(object, relationsOf(object));
          // Their status is for anybody to write: it does not tell who reconciles.
          if (before && kind !== externalArtifactKind) {
            writers?.noteChange(kind.controller, before, object);
          }
          onNews?.(object, before);
        }
        onChange?.(home, object);
      },
      onError: error => {
        home.markWatched(kind.kind, false);
        this.tell(error.message);
        if (error instanceof UnknownKindError) {
          this.replace([]);
          gone.abort();
        } else if (isRefusal(error)) {
          // What may not be seen is not shown, and nothing else waits for it.
          home.markListed(kind.kind);
        }
      },
    });
  }

  private replace(items: readonly GitopsObject[]): void {
    const { home, kind, onChange, onNews } = this.options;
    const present = new Set(items.map(placeOf));
    for (const known of home.cache.list(kind.kind)) {
      if (!present.has(placeOf(known))) {
        home.cache.delete(referenceTo(known));
        onChange?.(home, known);
      }
    }
    for (const item of items) {
      const before = home.cache.set(item, relationsOf(item));
      onChange?.(home, item);
      onNews?.(item, before ?? withoutStatus(item));
    }
    home.markListed(kind.kind);
  }

  private tell(message: string): void {
    const { home, kind, logger } = this.options;
    if (message !== this.told) {
      logger.debug(
        `${kind.kind} of home ${home.name} is not in view: ${message}`,
      );
      this.told = message;
    }
  }
}

/** Newest first. */
function olderVersionsOf({ group, versions }: GitopsKind): string[] {
  return versions.map(version => `${group}/${version}`).reverse();
}

/** An object as it was when nothing had been said of it yet. */
export function withoutStatus({
  status: _,
  ...object
}: GitopsObject): GitopsObject {
  return object;
}

function placeOf({ metadata }: GitopsObject): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`;
}

function isRefusal(error: Error): boolean {
  return error instanceof KubernetesApiError && error.code === 'forbidden';
}
