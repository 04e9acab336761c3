import { execFileSync } from 'node:child_process';
import path from 'node:path';
import {
  ImagePolicy,
  imagePolicyKind,
  ImageRef,
  ImageUpdateAutomation,
  imageUpdateAutomationKind,
  ImageUpdateAutomationSpec,
} from '@backstage-gitops/plugin-gitops-common';
import { GitFiles } from '@backstage-gitops/sandbox';
import { Knex } from 'knex';
import {
  gitRepository,
  PortalOptions,
  readyOf,
  World,
} from '../../../__testUtils__/world';

const WAIT_MS = 120_000;

/** What an automation of a test may change. */
export interface AutomationOptions {
  spec?: Partial<ImageUpdateAutomationSpec>;
  annotations?: Record<string, string>;
  namespace?: string;
}

/** A portal whose automations push to repositories of the sandbox's Git server. */
export class AutomationScene {
  private requests = 0;

  private constructor(readonly world: World) {}

  static async start(
    database: Promise<Knex>,
    options: PortalOptions = {},
  ): Promise<AutomationScene> {
    const world = await World.start();
    await world.startPortal(await database, options);
    await world.untilKinds(
      'imagepolicies.image.toolkit.fluxcd.io',
      'imageupdateautomations.image.toolkit.fluxcd.io',
    );
    return new AutomationScene(world);
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  /** Makes a repository and the GitRepository `name` for it; gives its address. */
  async repository(name: string, files: GitFiles): Promise<string> {
    const { url } = await this.world.sandbox.git.createRepository(
      `team/${name}`,
      files,
    );
    await this.world.apply(gitRepository(url, { suspend: true }, name));
    return url;
  }

  /** Runs git in the bare repository of the server. */
  git(name: string, ...args: string[]): string {
    return execFileSync('git', ['-C', this.bare(name), ...args], {
      encoding: 'utf8',
    });
  }

  /** The bare repository of the server. */
  bare(name: string): string {
    return path.join(
      this.world.directory,
      'sandbox/git/repositories',
      `team/${name}.git`,
    );
  }

  /** The text of a file at the tip of a branch. */
  read(name: string, file: string, branch = 'main'): string {
    return this.git(name, 'show', `${branch}:${file}`);
  }

  /** A policy that has chosen an image; nobody reconciles it. */
  async chosen(
    name: string,
    latestRef: ImageRef,
    options: { labels?: Record<string, string>; namespace?: string } = {},
  ): Promise<ImagePolicy> {
    const { namespace = 'default', labels } = options;
    const { apiVersion, kind } = imagePolicyKind;
    const policy = await this.world.apply({
      ...{ apiVersion, kind },
      metadata: { name, namespace, labels },
      spec: {
        imageRepositoryRef: { name: 'none' },
        policy: { alphabetical: {} },
        suspend: true,
      },
    } as ImagePolicy);
    await this.world.client.patch(
      { apiVersion, kind, namespace, name },
      {
        type: 'merge',
        subresource: 'status',
        body: { status: { latestRef } },
        // Of anybody else it would be a sign of another controller.
        fieldManager: 'backstage-gitops',
      },
    );
    await this.world.until<ImagePolicy>(
      { apiVersion, kind, namespace, name },
      found => found?.status?.latestRef?.tag === latestRef.tag,
    );
    return policy;
  }

  /** Applies an automation, asks for a run, and gives it as that run left it. */
  async run(
    name: string,
    options: AutomationOptions = {},
  ): Promise<ImageUpdateAutomation> {
    this.requests += 1;
    const requestedAt = `request-${this.requests}`;
    const { namespace = 'default' } = options;
    const { apiVersion, kind } = imageUpdateAutomationKind;
    await this.world.apply({
      ...{ apiVersion, kind },
      metadata: {
        ...{ name, namespace },
        annotations: {
          'reconcile.fluxcd.io/requestedAt': requestedAt,
          ...options.annotations,
        },
      },
      spec: { ...automationSpec(name), ...options.spec },
    } as ImageUpdateAutomation);
    return this.until(
      name,
      found =>
        found.status?.lastHandledReconcileAt === requestedAt &&
        ['True', 'False'].includes(readyOf(found)?.status ?? ''),
      namespace,
    );
  }

  /** Follows an automation. */
  async until(
    name: string,
    wanted: (found: ImageUpdateAutomation) => boolean,
    namespace = 'default',
  ): Promise<ImageUpdateAutomation> {
    const { apiVersion, kind } = imageUpdateAutomationKind;
    return this.world.until<ImageUpdateAutomation>(
      { apiVersion, kind, namespace, name },
      found => found !== undefined && wanted(found),
      WAIT_MS,
    );
  }
}

/** Of an automation for the GitRepository of its own name. */
export function automationSpec(name: string): ImageUpdateAutomationSpec {
  return {
    interval: '1h',
    sourceRef: { kind: 'GitRepository', name },
    git: {
      checkout: { ref: { branch: 'main' } },
      commit: { author: { name: 'Flux', email: 'flux@example.com' } },
    },
  };
}

/** A manifest whose image is set by a policy. */
export function deployment(policy: string, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${policy}
  namespace: default
spec:
  template:
    spec:
      containers:
        - name: app # the only one
          image: ${image} # {"$imagepolicy": "default:${policy}"}
`;
}
