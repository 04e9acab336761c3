import { ClusterObject, readClusterObjects } from '../cluster/ClusterObject';
import { readHookLogs } from '../cluster/podLogs';
import { waitForHooks, waitUntilGone } from '../cluster/waitForObjects';
import { createObjects, deleteObjects } from '../cluster/writeObjects';
import type { HookPolicy } from '../manifests';
import type { Release, ReleaseHook } from '../releases';
import { waiting } from './ReleaseContext';
import type { ReleaseContext, WaitOptions } from './ReleaseContext';

/** How a hook is run. */
export interface HookSettings {
  wait: WaitOptions;
  serverSide: boolean;
}

const DEFAULT_POLICIES: readonly HookPolicy[] = ['before-hook-creation'];

/** One hook of a release in a cluster. */
export class HookRun {
  readonly hook: ReleaseHook;
  readonly #context: ReleaseContext;
  readonly #release: Release;
  readonly #options: HookSettings;
  #objects: readonly ClusterObject[] | undefined;

  constructor(
    context: ReleaseContext,
    release: Release,
    hook: ReleaseHook,
    options: HookSettings,
  ) {
    this.#context = context;
    this.#release = release;
    this.hook = hook;
    this.#options = options;
  }

  async prepare(): Promise<void> {
    await this.#delete('before-hook-creation');
    await this.#read();
  }

  async start(): Promise<void> {
    const { client, fieldManager, signal } = this.#context;
    const { serverSide } = this.#options;
    await createObjects(await this.#read(), {
      ...{ client, fieldManager, serverSide, signal },
    });
  }

  async finish(): Promise<void> {
    const objects = await this.#read();
    await waiting(this.#context, 'hook', () =>
      waitForHooks(objects, this.#waiting),
    );
  }

  /** A failure to clean up is told and fails nothing. */
  async deleteFor(policy: HookPolicy): Promise<void> {
    try {
      await this.#delete(policy);
    } catch (error) {
      this.#context.onProgress?.(
        `the hook ${this.hook.path} could not be deleted: ${(error as Error).message}`,
      );
    }
  }

  async tellLogs(policy: HookPolicy): Promise<void> {
    const { client, signal, onHookLogs, onProgress } = this.#context;
    if (!onHookLogs || !this.hook.outputLogPolicies.includes(policy)) return;
    try {
      for (const object of await this.#read()) {
        const logs = await readHookLogs(object, { client, signal });
        if (logs.length > 0) onHookLogs(this.hook.path, logs);
      }
    } catch (error) {
      onProgress?.(
        `the logs of the hook ${this.hook.path} could not be read: ${(error as Error).message}`,
      );
    }
  }

  get #waiting() {
    const { client, clock, signal, healthRules } = this.#context;
    const { timeoutMs } = this.#options.wait;
    return { client, clock, signal, timeoutMs, rules: healthRules };
  }

  async #delete(policy: HookPolicy): Promise<void> {
    const { kind, deletePolicies } = this.hook;
    const policies =
      deletePolicies.length > 0 ? deletePolicies : DEFAULT_POLICIES;
    // With a definition, all objects of the kind would go.
    if (kind === 'CustomResourceDefinition' || !policies.includes(policy)) {
      return;
    }
    const { client, signal } = this.#context;
    const objects = await this.#read();
    await deleteObjects(objects, { client, signal });
    await waitUntilGone(objects, this.#waiting);
  }

  async #read(): Promise<readonly ClusterObject[]> {
    this.#objects ??= await readClusterObjects(this.hook.manifest, {
      client: this.#context.client,
      namespace: this.#release.namespace,
      of: `the hook ${this.hook.path}`,
    });
    return this.#objects;
  }
}
