import { parseAllDocuments } from 'yaml';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  gitopsKinds,
  isGitopsGroup,
  splitApiVersion,
} from '@backstage-gitops/plugin-gitops-common';
import { createClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubeConfig } from '@kubernetes/client-node';
import { World } from '../__testUtils__/world';
import { Home } from '../homes/Home';
import { installCrds } from '../homes/installCrds';
import { mockServices } from '@backstage/backend-test-utils';
import { CatalogError } from './CatalogErrorStore';
import { Registration } from './Registration';
import {
  CatalogBackend,
  startCatalogBackend,
} from './__testUtils__/catalogBackend';

jest.setTimeout(300_000);

const FOLDER = path.resolve(
  __dirname,
  '../../../../../shared/conformance/flux',
);
/** Flux's own examples, where they stand beside the repository. */
const describeReference = existsSync(FOLDER) ? describe : describe.skip;

/** A document of one of Flux's API groups. */
interface FluxDocument {
  location: string;
  kind: string;
  namespace: string;
  name: string;
}

/** Namespaces of the examples that the claim leaves out. */
const UNCLAIMED = ['production'];

describeReference('all manifests of the reference material at once', () => {
  let world: World;
  let backend: CatalogBackend;
  let files: Map<string, string>;

  beforeAll(async () => {
    world = await World.start();
    await installCrds({
      client: world.client,
      kinds: gitopsKinds,
      logger: mockServices.logger.mock(),
    });
    files = new Map(
      readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
        .filter(name => /\.ya?ml$/.test(name))
        .map(name => [
          name.replaceAll(path.sep, '/'),
          readFileSync(path.join(FOLDER, name), 'utf8'),
        ]),
    );
  });
  afterAll(async () => {
    await backend?.stop();
    await world?.stop();
  });

  it('are accepted, or refused with a reason; none blocks its neighbours', async () => {
    expect(files.size).toBeGreaterThan(1_000);
    await world.sandbox.git.createRepository(
      'reference/flux',
      Object.fromEntries(files),
    );
    const base = `${world.sandbox.git.url}/raw/reference/flux/main`;
    const { host } = new URL(base);
    const documents = [...files].flatMap(([name, text]) =>
      documentsOf(`url:${base}/${name}`, text),
    );
    expect(documents.length).toBeGreaterThan(700);
    const namespaces = [
      ...new Set(documents.map(({ namespace }) => namespace)),
    ].filter(
      namespace =>
        /^[a-z0-9-]{1,63}$/.test(namespace) && !UNCLAIMED.includes(namespace),
    );
    for (const name of namespaces) {
      await world.apply({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
    }
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(world.sandbox.kubernetes.kubeconfig);
    const home = new Home({
      name: 'demo',
      mode: 'reconcile',
      client: createClusterClient({ kubeConfig }),
      allowPortalCredential: true,
    });
    backend = await startCatalogBackend({
      homes: [home],
      hosts: [host],
      gitops: {
        homes: [{ name: 'demo', bare: true }],
        catalog: { rawHosts: [host], orphanAfter: { minutes: 30 } },
        claims: [
          {
            location: { host },
            home: 'demo',
            namespaces,
            allowKubeConfig: true,
          },
        ],
      },
      catalog: {
        rules: [
          {
            allow: [
              'Location',
              'Component',
              ...gitopsKinds.map(({ kind }) => kind),
            ],
          },
        ],
        locations: [...new Set(documents.map(({ location }) => location))].map(
          location => ({ type: 'url', target: location.slice(4) }),
        ),
      },
    });

    const deadline = Date.now() + 240_000;
    let open: string[];
    let outcomes: Map<string, number>;
    do {
      await backend.side.registrar.run();
      ({ open, outcomes } = judge(
        documents,
        await backend.side.registrations.list(),
        await backend.side.errors.list(),
      ));
    } while (open.length > 0 && Date.now() < deadline);
    expect(open).toEqual([]);
    process.stdout.write(
      `${documents.length} documents: ${JSON.stringify(
        Object.fromEntries([...outcomes].sort()),
      )}\n`,
    );
    await home.client.close();
  });
});

/** What became of each document; `open` are those of which nobody said anything. */
function judge(
  documents: readonly FluxDocument[],
  registrations: readonly Registration[],
  errors: readonly CatalogError[],
) {
  const open: string[] = [];
  const outcomes = new Map<string, number>();
  for (const document of documents) {
    const outcome = outcomeOf(document, registrations, errors);
    if (outcome) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } else {
      open.push(
        `${document.location} ${document.kind} ${document.namespace}/${document.name}`,
      );
    }
  }
  return { open, outcomes };
}

function outcomeOf(
  { location, kind, namespace, name }: FluxDocument,
  registrations: readonly Registration[],
  errors: readonly CatalogError[],
): string | undefined {
  const registration = registrations.find(
    known =>
      known.location === location &&
      known.kind === kind &&
      known.namespace === namespace &&
      known.name === name,
  );
  if (registration?.state) {
    return [registration.state, registration.code].filter(Boolean).join(' ');
  }
  const error = errors.find(known => known.location === location);
  return error && `catalog: ${error.code}`;
}

/** Read on their own, by another parser than the product's. */
function documentsOf(location: string, text: string): FluxDocument[] {
  return parseAllDocuments(text, { logLevel: 'error' }).flatMap(document => {
    if ('empty' in document || document.errors.length > 0) {
      return [];
    }
    const value: unknown = document.toJS({
      maxAliasCount: 100,
      mapAsMap: true,
    });
    const { apiVersion, kind, metadata } = recordOf(value);
    if (
      typeof apiVersion !== 'string' ||
      typeof kind !== 'string' ||
      !isGitopsGroup(splitApiVersion(apiVersion).group)
    ) {
      return [];
    }
    const { name, namespace } = recordOf(metadata);
    return [
      {
        location,
        kind,
        namespace: typeof namespace === 'string' ? namespace : 'default',
        name: typeof name === 'string' ? name : '',
      },
    ];
  });
}

function recordOf(value: unknown): Record<string, unknown> {
  return value instanceof Map ? Object.fromEntries(value) : {};
}
