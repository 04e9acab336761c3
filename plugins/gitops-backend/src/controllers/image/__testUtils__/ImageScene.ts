import {
  GitopsObject,
  ImagePolicy,
  imagePolicyKind,
  ImagePolicySpec,
  ImageRepository,
  imageRepositoryKind,
  ImageRepositorySpec,
} from '@backstage-gitops/plugin-gitops-common';
import { Knex } from 'knex';
import { PortalOptions, readyOf, World } from '../../../__testUtils__/world';

const WAIT_MS = 120_000;

/** A portal that watches the images of the sandbox's registry. */
export class ImageScene {
  private requests = 0;

  private constructor(readonly world: World) {}

  static async start(
    database: Promise<Knex>,
    options: PortalOptions = {},
  ): Promise<ImageScene> {
    const world = await World.start();
    await world.startPortal(await database, options);
    await world.untilKinds(
      'imagerepositories.image.toolkit.fluxcd.io',
      'imagepolicies.image.toolkit.fluxcd.io',
    );
    return new ImageScene(world);
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  /** As `spec.image` has it. */
  imageOf(repository: string): string {
    return `${this.world.sandbox.registry.address}/${repository}`;
  }

  /** Pushes one image with many tags; gives its digest. */
  async push(repository: string, ...tags: string[]): Promise<string> {
    const { registry } = this.world.sandbox;
    const digest = await registry.push(repository, {
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar',
          content: Buffer.from(`${repository} ${tags[0]}`),
        },
      ],
    });
    registry.tag(repository, digest, ...tags);
    return digest;
  }

  /** Applies an ImageRepository, asks for a run, and gives it as that run left it. */
  async scan(
    name: string,
    spec: Partial<ImageRepositorySpec> = {},
    namespace = 'default',
  ): Promise<ImageRepository> {
    return this.run<ImageRepository>(
      imageRepositoryKind,
      name,
      {
        image: this.imageOf(name),
        interval: '1h',
        insecure: true,
        ...spec,
      },
      namespace,
    );
  }

  /** Applies an ImagePolicy, asks for a run, and gives it as that run left it. */
  async choose(
    name: string,
    spec: Partial<ImagePolicySpec> & Pick<ImagePolicySpec, 'policy'>,
    namespace = 'default',
  ): Promise<ImagePolicy> {
    return this.run<ImagePolicy>(
      imagePolicyKind,
      name,
      { imageRepositoryRef: { name }, ...spec },
      namespace,
    );
  }

  /** Follows an ImagePolicy until it has chosen a tag. */
  async untilChosen(name: string, tag: string): Promise<ImagePolicy> {
    return this.world.until<ImagePolicy>(
      { ...refOf(imagePolicyKind, name) },
      found => found?.status?.latestRef?.tag === tag,
      WAIT_MS,
    );
  }

  private async run<T extends GitopsObject>(
    kind: { apiVersion: string; kind: string },
    name: string,
    spec: object,
    namespace: string,
  ): Promise<T> {
    this.requests += 1;
    const requestedAt = `request-${this.requests}`;
    await this.world.apply({
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {
        ...{ name, namespace },
        annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt },
      },
      spec,
    } as unknown as T);
    return this.world.until<T>(
      refOf(kind, name, namespace),
      found =>
        (found?.status as { lastHandledReconcileAt?: string } | undefined)
          ?.lastHandledReconcileAt === requestedAt &&
        ['True', 'False'].includes(readyOf(found)?.status ?? ''),
      WAIT_MS,
    );
  }
}

function refOf(
  { apiVersion, kind }: { apiVersion: string; kind: string },
  name: string,
  namespace = 'default',
) {
  return { apiVersion, kind, namespace, name };
}
