import { isJsonObject, parseJson } from '@backstage-gitops/kubernetes-yaml';
import {
  DoctorClaim,
  DoctorHome,
  gitopsKinds,
} from '@backstage-gitops/plugin-gitops-common';
import { Claim } from '@backstage-gitops/plugin-gitops-node';
import { timestamp, withoutUndefined } from '../../api/objects/toRow';
import { presentClaim } from '../../api/registrations/presentRegistration';
import { RegistrationStore } from '../../catalog/RegistrationStore';
import { showLocation } from '../../catalog/showLocation';
import { Home } from '../../homes/Home';
import { addressOf, CLAIM_LEASE, HomeClaim } from '../../homes/HomeClaim';
import { Homes } from '../../homes/Homes';
import { HomePins } from '../../homes/pinHome';
import { mapConcurrent } from '../../util/mapConcurrent';
import { inTime } from '../inTime';
import { describeKind, readKind } from './readKind';

/** What {@link readHomes} looks at. */
export interface HomesSectionOptions {
  homes: Homes;
  /** Kinds that this version reconciles. */
  reconciledKinds: ReadonlySet<string>;
  /** The claims of this portal on homes, by name of the home. */
  leases: ReadonlyMap<string, Pick<HomeClaim, 'isHeld' | 'namespace' | 'read'>>;
  pins: Pick<HomePins, 'pinned'>;
  /** `gitops.claims`. */
  claims: readonly Claim[];
  registrations: Pick<RegistrationStore, 'countsByClaim'>;
  /** What all questions to one home may take. Default 5 s. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const KINDS_AT_ONCE = 4;

/** All homes, asked at the same time: one that does not answer delays no other. */
export async function readHomes(
  options: HomesSectionOptions,
): Promise<DoctorHome[]> {
  const counts = await options.registrations.countsByClaim();
  const admittedBy = new Map(
    counts.map(({ claim, number }) => [JSON.stringify(claim), number]),
  );
  return Promise.all(
    options.homes.list().map(home => readHome(home, admittedBy, options)),
  );
}

async function readHome(
  home: Home,
  admittedBy: ReadonlyMap<string, number>,
  options: HomesSectionOptions,
): Promise<DoctorHome> {
  const { connected, error, since } = home.state;
  const { server } = home.client;
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const pinned = await options.pins.pinned(home);
  const asked = await inTime(timeoutMs, signal =>
    ask(home, options, signal),
  ).catch((): Partial<Answers> => ({}));
  return {
    name: home.name,
    configuredMode: home.configuredMode,
    mode: home.mode,
    connected,
    since: timestamp(since) ?? '',
    cluster: {
      isConfigured: home.clusterUid !== undefined,
      ...withoutUndefined({
        pinned,
        replaced: home.replaced && withoutUndefined({ is: home.replaced.is }),
      }),
    },
    defaultIdentity: identityOf(home),
    kinds:
      asked.kinds ??
      gitopsKinds.map(kind =>
        describeKind(home, kind, options.reconciledKinds),
      ),
    claims: options.claims
      .filter(claim => claim.home === home.name)
      .map(claim => describeClaim(claim, admittedBy)),
    ...withoutUndefined({
      server: server === 'unknown' ? undefined : showLocation(server),
      reason: home.writer,
      error: error && showLocation(error),
      version: asked.version,
      lease: asked.lease ?? leaseOf(home, options),
    }),
  };
}

type Answers = Pick<DoctorHome, 'kinds' | 'lease' | 'version'>;

/** What the cluster itself says; nothing where it does not answer. */
async function ask(
  home: Home,
  options: HomesSectionOptions,
  signal: AbortSignal,
): Promise<Answers> {
  const { status, text } = await home.client.raw('/version', { signal });
  const [lease, kinds] = await Promise.all([
    readLease(home, options, signal),
    mapConcurrent(gitopsKinds, KINDS_AT_ONCE, kind =>
      readKind(home, kind, options.reconciledKinds, signal),
    ),
  ]);
  return {
    version: status === 200 ? versionIn(text) : undefined,
    lease,
    kinds,
  };
}

function versionIn(text: string): string | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) && typeof value.gitVersion === 'string'
      ? value.gitVersion
      : undefined;
  } catch {
    return undefined;
  }
}

function leaseOf(
  home: Home,
  { leases }: HomesSectionOptions,
): DoctorHome['lease'] {
  const claim = leases.get(home.name);
  return (
    claim && {
      namespace: claim.namespace,
      name: CLAIM_LEASE,
      isHeld: claim.isHeld,
    }
  );
}

/** The Lease as it is in the home, where the credential may read it. */
async function readLease(
  home: Home,
  options: HomesSectionOptions,
  signal: AbortSignal,
): Promise<DoctorHome['lease']> {
  const known = leaseOf(home, options);
  try {
    const lease = await options.leases.get(home.name)?.read(signal);
    const { holderIdentity, renewTime } = lease?.spec ?? {};
    return (
      known && {
        ...known,
        ...withoutUndefined({
          // Behind the address is an id of the claim, which says nothing to people.
          holder: holderIdentity && showLocation(addressOf(holderIdentity)),
          renewedAt: timestamp(timeIn(renewTime)),
        }),
      }
    );
  } catch {
    // That it cannot be read the claim itself says, as the reason of the home.
    return known;
  }
}

function timeIn(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function identityOf(home: Home): DoctorHome['defaultIdentity'] {
  const identity = home.defaultIdentity;
  if (identity === undefined || identity === 'portal') {
    return { type: identity ?? 'none' };
  }
  return { type: 'serviceAccount', name: identity.serviceAccount };
}

function describeClaim(
  claim: Claim,
  admittedBy: ReadonlyMap<string, number>,
): DoctorClaim {
  return {
    ...presentClaim(claim),
    ...withoutUndefined({ owner: claim.owner }),
    registrations: admittedBy.get(JSON.stringify(claim)) ?? 0,
  };
}
