import { posix } from 'node:path';
import { assertError } from '@backstage/errors';
import {
  compareVersions,
  Constraint,
  parseStrictVersion,
  Version,
} from '@backstage-gitops/helm';
import {
  parseRepository,
  RegistryRepository,
} from '../../../registries/reference';
import { RegistryClient } from '../../../registries/RegistryClient';
import { verifySignature } from '../oci/verifySignature';
import { ChartRepository, ChartVerification } from './ChartRepository';
import { MAX_CHART } from './RepositoryClient';
import { FoundVersion } from './threads/indexes';

const PREFIX = 'oci://';
/** The layer of a chart, as Helm pushes it now and did once. */
const LAYERS = [
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  'application/tar+gzip',
];
/** Tags that are looked at to find a version. */
const MOST_TAGS = 500_000;

/** A registry as a repository of charts (Flux 2.9). */
export class OciRepository implements ChartRepository {
  private readonly client: RegistryClient;
  private readonly url: string;
  /** By name and version: what is verified is what is pulled. */
  private readonly digests = new Map<string, Promise<string>>();

  constructor(options: {
    client: RegistryClient;
    /** `oci://…`, normalised. */
    url: string;
  }) {
    this.client = options.client;
    this.url = options.url;
  }

  /** An exact version is not looked up: it is there, or cannot be pulled. */
  async find(name: string, range: string): Promise<FoundVersion> {
    const version = asVersion(range) ? range : await this.highest(name, range);
    return { name, version, urls: [`${this.urlOf(name)}:${version}`] };
  }

  async fetch({ name, version }: FoundVersion): Promise<Buffer> {
    const repository = this.repositoryOf(name);
    const { manifest } = await this.client.image(
      repository,
      await this.digestOf(name, version),
    );
    const layer = LAYERS.map(type =>
      manifest.layers.find(({ mediaType }) => mediaType === type),
    ).find(found => found !== undefined);
    if (!layer) {
      throw new Error(
        `failed to get '${this.urlOf(name)}:${version}': manifest does not contain a layer with mediatype ${LAYERS[0]}`,
      );
    }
    return this.client.smallBlob(repository, layer, { maxBytes: MAX_CHART });
  }

  /**
   * Verifies the signature of a version, which is then the one that is fetched.
   *
   * @throws where it has none that will do
   */
  async verify(
    { name, version }: FoundVersion,
    verification: ChartVerification,
  ): Promise<void> {
    try {
      await verifySignature({
        ...verification,
        client: this.client,
        repository: this.repositoryOf(name),
        digest: await this.digestOf(name, version),
      });
    } catch (error) {
      assertError(error);
      throw new Error(
        `failed to verify ${this.urlOf(name)}:${version}: ${error.message}`,
      );
    }
  }

  release(): void {
    this.client.close();
  }

  private digestOf(name: string, version: string): Promise<string> {
    const key = JSON.stringify([name, version]);
    let digest = this.digests.get(key);
    if (!digest) {
      // Tags cannot have a plus.
      const tag = version.replaceAll('+', '_');
      digest = this.client.resolve(this.repositoryOf(name), tag);
      this.digests.set(key, digest);
    }
    return digest;
  }

  private async highest(name: string, range: string): Promise<string> {
    const constraint = Constraint.parse(range || '*');
    let highest: Version | undefined;
    let exact: string | undefined;
    let seen = 0;
    for await (const page of this.client.tags(this.repositoryOf(name))) {
      seen += page.length;
      if (seen > MOST_TAGS) {
        throw new Error(
          `the repository has more than ${MOST_TAGS} tags; name a version`,
        );
      }
      for (const tag of page) {
        const version = asVersion(tag.replaceAll('_', '+'));
        if (version?.original === range) {
          exact = range;
        }
        if (
          version &&
          constraint.check(version).matches &&
          (!highest || compareVersions(version, highest) > 0)
        ) {
          highest = version;
        }
      }
    }
    if (seen === 0) {
      throw new Error(
        `unable to locate any tags in provided repository: ${name}`,
      );
    }
    const found = exact ?? highest?.original;
    if (found === undefined) {
      throw new Error(
        `could not locate a version matching provided version string ${range}`,
      );
    }
    return found;
  }

  private repositoryOf(name: string): RegistryRepository {
    return parseRepository(this.urlOf(name).slice(PREFIX.length));
  }

  private urlOf(name: string): string {
    return PREFIX + posix.join(this.url.slice(PREFIX.length), name);
  }
}

function asVersion(text: string): Version | undefined {
  try {
    return parseStrictVersion(text);
  } catch {
    return undefined;
  }
}
