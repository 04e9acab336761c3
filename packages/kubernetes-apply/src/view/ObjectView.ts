import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient } from '../client/ClusterClient';

/** Versions of each object that are remembered. */
const SHOWN = 8;

export interface ObjectViewOptions {
  client: ClusterClient;
  apiVersion: string;
  kind: string;
  namespace: string;
  metadataOnly: boolean;
  /** Not begun where there are more objects than this. */
  maxItems: number;
  /** There are too many objects, or they may not be watched. */
  onRefused(): void;
}

interface Seen {
  object: KubernetesObject;
  /** The last versions, oldest first. */
  versions: string[];
}

/**
 * The objects of one kind in one namespace, as a watch shows them to one user.
 * It is behind the API server by what a watch takes.
 *
 * @public
 */
export class ObjectView {
  readonly #options: ObjectViewOptions;
  readonly #ended = new AbortController();
  readonly #objects = new Map<string, Seen>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #done: Promise<void>;
  #isSynced = false;
  #isOpen = false;

  constructor(options: ObjectViewOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** All objects are known, and the watch is connected. */
  get isLive(): boolean {
    return this.#isSynced && this.#isOpen && !this.#ended.signal.aborted;
  }

  get(name: string): KubernetesObject | undefined {
    return this.#objects.get(name)?.object;
  }

  /** Whether the object was seen in this very version, or just before it changed. */
  hasShown(name: string, resourceVersion: string): boolean {
    return this.#objects.get(name)?.versions.includes(resourceVersion) ?? false;
  }

  /** Calls after each change of an object, until what it gives is called. */
  subscribe(name: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) {
        this.#listeners.delete(name);
      }
    };
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { client, apiVersion, kind, namespace, metadataOnly, maxItems } =
      this.#options;
    const { signal } = this.#ended;
    const selection = { apiVersion, kind, namespace, signal };
    try {
      const { truncated } = await client.list({
        ...selection,
        metadataOnly: true,
        maxItems,
      });
      if (truncated) {
        this.#refuse();
        return;
      }
    } catch {
      this.#refuse();
      return;
    }
    await client.watch({
      ...selection,
      metadataOnly,
      onSync: items => {
        for (const item of items) this.#saw(item);
        this.#isSynced = true;
      },
      onOpen: () => {
        this.#isOpen = true;
      },
      onEvent: ({ type, object }) => {
        if (type === 'DELETED') this.#objects.delete(object.metadata.name);
        else this.#saw(object);
        const listeners = this.#listeners.get(object.metadata.name) ?? [];
        for (const listener of [...listeners]) listener();
      },
      // Whoever wants to know something meanwhile asks the API server.
      onError: () => {
        this.#isOpen = false;
      },
    });
  }

  #saw(object: KubernetesObject): void {
    const { name, resourceVersion } = object.metadata;
    const versions = this.#objects.get(name)?.versions ?? [];
    if (resourceVersion) versions.push(resourceVersion);
    this.#objects.set(name, {
      object: this.#reduced(object),
      versions: versions.slice(-SHOWN),
    });
  }

  /** Of metadata nobody wants more than that they are there. */
  #reduced(object: KubernetesObject): KubernetesObject {
    const { name, uid, generation, resourceVersion } = object.metadata;
    if (this.#options.metadataOnly) {
      return {
        apiVersion: this.#options.apiVersion,
        kind: this.#options.kind,
        metadata: { name, uid, generation, resourceVersion },
      };
    }
    const { managedFields: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  }

  #refuse(): void {
    if (!this.#ended.signal.aborted) {
      this.#ended.abort();
      this.#options.onRefused();
    }
  }
}
