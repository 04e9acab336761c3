import { assertError } from '@backstage/errors';
import {
  ConditionType,
  OCILayerSelector,
  OCIRepository,
  ociRepositoryKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  FetchContext,
  Fetched,
  SourceFetcher,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { requireDigest } from '../../../registries/digest';
import {
  formatReference,
  RegistryRepository,
} from '../../../registries/reference';
import { Registries } from '../../../registries/Registries';
import { RegistryClient } from '../../../registries/RegistryClient';
import { readSecret } from '../secrets/readSecret';
import { artifactMetadata, describeOrigin } from './artifactMetadata';
import { pullLayer, selectLayer } from './pullLayer';
import {
  ArtifactReference,
  parseArtifactUrl,
  requireTag,
  resolveArtifact,
} from './resolveArtifact';
import { describeProvider, verifySignature } from './verifySignature';

type Context = FetchContext<OCIRepository>;

/** What is there, and where. */
interface Upstream {
  client: RegistryClient;
  repository: RegistryRepository;
  reference: ArtifactReference;
  digest: string;
  /** `tag@sha256:…`, or the digest alone where it was asked for. */
  revision: string;
}

/**
 * Fetches artifacts from registries (Flux 2.9, source-controller 1.9): looks which
 * digest the tag has, verifies its signature, and pulls one layer by digest.
 */
export class OciRepositoryFetcher implements SourceFetcher<OCIRepository> {
  readonly kind = ociRepositoryKind;
  readonly hasUrl = true;
  private readonly registries: Registries;

  constructor(options: { registries: Registries }) {
    this.registries = options.registries;
  }

  async fetch(context: Context): Promise<Fetched<OCIRepository>> {
    const client = await this.registries.open(context, context.object.spec);
    try {
      return await this.look(context, client);
    } finally {
      client.close();
    }
  }

  private async look(
    context: Context,
    client: RegistryClient,
  ): Promise<Fetched<OCIRepository>> {
    const { spec, status } = context.object;
    const upstream = await resolve(context, client);
    const { repository, reference, digest, revision } = upstream;
    const finding = {
      revision,
      stored: { message: `stored artifact for digest '${revision}'` },
      observed: {
        observedIgnore: spec.ignore,
        observedLayerSelector: spec.layerSelector,
      },
    };
    const isKnown = context.artifact?.revision === revision;
    if (!isKnown) {
      const name = formatReference(repository, referenceText(reference));
      await context.building({
        message: `new revision '${revision}' for '${name}'`,
      });
    }
    await verify(context, upstream, isKnown);
    if (
      isKnown &&
      status?.observedIgnore === spec.ignore &&
      sameSelector(status?.observedLayerSelector, spec.layerSelector)
    ) {
      return { type: 'unchanged', ...finding };
    }
    const { manifest } = await failing(
      Reason.OCIArtifactPullFailed,
      `failed to pull artifact from '${spec.url}'`,
      () => client.image(repository, digest),
    );
    const { limits, signal } = context;
    const content = await failing(
      Reason.OCIArtifactLayerOperationFailed,
      undefined,
      async () =>
        pullLayer({
          ...{ client, repository, limits, signal },
          layer: selectLayer(manifest, spec.layerSelector?.mediaType),
          operation: spec.layerSelector?.operation ?? 'extract',
          ignore: spec.ignore,
          directory: await context.directory(),
        }),
    );
    const metadata = artifactMetadata(manifest.annotations);
    return {
      type: 'new',
      ...finding,
      fileName: `${digest}.tar.gz`,
      content,
      metadata,
      event: {
        message: `stored artifact with revision '${revision}' from '${spec.url}'${describeOrigin(metadata)}`,
      },
    };
  }
}

async function resolve(
  context: Context,
  client: RegistryClient,
): Promise<Upstream> {
  const { spec } = context.object;
  const repository = readUrl(spec.url);
  // Flux gives this another reason than what follows.
  const reference = await failing(
    Reason.ReadOperationFailed,
    `failed to determine the artifact tag for '${spec.url}'`,
    () => resolveArtifact(client, repository, spec),
  );
  return failing(
    Reason.OCIArtifactPullFailed,
    'failed to determine artifact digest',
    async () => {
      if ('digest' in reference) {
        const digest = requireDigest(reference.digest);
        const found = { client, repository, reference, digest };
        return { ...found, revision: digest };
      }
      const tag = requireTag(reference.tag);
      const digest = await client.resolve(repository, tag);
      const found = { client, repository, reference, digest };
      return { ...found, revision: `${tag}@${digest}` };
    },
  );
}

/** Another address is needed, or none of this can be done. */
function readUrl(url: string): RegistryRepository {
  try {
    return parseArtifactUrl(url);
  } catch (error) {
    assertError(error);
    throw new SourceFetchError(
      `URL validation failed for '${url}': ${error.message}`,
      { reason: Reason.URLInvalid, retry: 'stall' },
    );
  }
}

/** Verifies what was not verified yet, or not as it is wanted now. */
async function verify(
  context: Context,
  { client, repository, digest, revision }: Upstream,
  isKnown: boolean,
): Promise<void> {
  const { verify: wanted } = context.object.spec;
  if (!wanted) {
    context.verified(false);
    return;
  }
  const isVerified =
    context.conditionStatus(ConditionType.SourceVerified) === 'True';
  if (isKnown && isVerified && !context.generationChanged) {
    return;
  }
  await failing(
    Reason.VerificationError,
    `failed to verify the signature using provider '${describeProvider(wanted)}'`,
    () =>
      verifySignature({
        ...{ verify: wanted, client, repository, digest },
        readSecret: name => readSecret(context.home, context.namespace, name),
      }),
    ConditionType.SourceVerified,
  );
  context.verified(`verified signature of revision ${revision}`);
}

async function failing<T>(
  reason: string,
  what: string | undefined,
  work: () => Promise<T>,
  condition?: string,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    assertError(error);
    throw new SourceFetchError(
      what ? `${what}: ${error.message}` : error.message,
      { reason, condition },
    );
  }
}

function referenceText(reference: ArtifactReference): string {
  return 'digest' in reference ? reference.digest : reference.tag;
}

function sameSelector(
  a: OCILayerSelector | undefined,
  b: OCILayerSelector | undefined,
): boolean {
  return (
    Boolean(a) === Boolean(b) &&
    (a?.mediaType ?? '') === (b?.mediaType ?? '') &&
    (a?.operation ?? '') === (b?.operation ?? '')
  );
}
