import {
  Artifact,
  GitopsObject,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../homes/Home';
import { UnavailableCluster } from '../../homes/UnavailableCluster';
import { kustomization } from '../../__testUtils__/world';
import { GivingWay, OvertakenError } from './GivingWay';

const artifact = (revision: string, second = 0): Artifact => ({
  digest: `sha256:${revision}`,
  path: 'p',
  revision: `main@sha1:${revision}`,
  url: 'u',
  lastUpdateTime: `2026-11-23T10:00:0${second}Z`,
});

const SOURCE = { kind: 'GitRepository', namespace: 'default', name: 'repo' };

describe('GivingWay', () => {
  const home = new Home({
    name: 'home',
    mode: 'reconcile',
    client: new UnavailableCluster(new Error('none')),
    allowPortalCredential: true,
  });
  const source = (of: Artifact): GitopsObject => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'repo', namespace: 'default' },
    spec: {},
    status: { artifact: of },
  });
  const lost = new AbortController();
  const object: Kustomization = {
    ...kustomization(),
    metadata: { name: 'app', namespace: 'default', uid: 'u1', generation: 2 },
  };
  let wake: () => void;
  const run = {
    home,
    object,
    id: 'home/app',
    generation: 2,
    key: {
      home: 'home',
      group: 'kustomize.toolkit.fluxcd.io',
      kind: 'Kustomization',
      namespace: 'default',
      name: 'app',
    },
    signal: lost.signal,
    claim: {
      onWake: (listener: () => void) => {
        wake = listener;
        return () => {
          wake = () => {};
        };
      },
    },
  };

  beforeEach(() => {
    home.cache.set(source(artifact('a')), []);
    home.cache.set(object, []);
  });

  const overtake = (givingWay: GivingWay): boolean => {
    home.cache.set(source(artifact('a')), []);
    const course = givingWay.begin(run, artifact('a'), SOURCE);
    home.cache.set(source(artifact('b', 1)), []);
    wake();
    course.end();
    return course.hasGivenWay;
  };

  it('goes on where nothing is newer', () => {
    const course = new GivingWay().begin(run, artifact('a'), SOURCE);
    wake();
    expect(course.signal.aborted).toBe(false);
  });

  it('ends for another revision', () => {
    const course = new GivingWay().begin(run, artifact('a'), SOURCE);
    home.cache.set(source(artifact('b', 1)), []);
    wake();
    expect(course.signal.reason).toEqual(
      new OvertakenError('GitRepository/default/repo'),
    );
  });

  it('goes on where it knows more than the watch has shown', () => {
    const course = new GivingWay().begin(run, artifact('b', 5), SOURCE);
    wake();
    expect(course.signal.aborted).toBe(false);
  });

  it.each([
    ['another spec', { generation: 3 }],
    ['its deletion', { deletionTimestamp: '2026-11-23T10:00:00Z' }],
  ])('ends for %s', (_, metadata) => {
    const course = new GivingWay().begin(run, artifact('a'), SOURCE);
    home.cache.set(
      { ...object, metadata: { ...object.metadata, ...metadata } },
      [],
    );
    wake();
    expect(course.signal.reason).toMatchObject({ code: 'GITOPS_OVERTAKEN' });
  });

  it('ends only once it is let go of', () => {
    const course = new GivingWay().begin(run, artifact('a'), SOURCE);
    course.hold();
    home.cache.set(source(artifact('b', 1)), []);
    wake();
    expect(course.signal.aborted).toBe(false);
    course.release();
    expect(course.signal.aborted).toBe(true);
  });

  it('comes to its end the fourth time, whatever comes', () => {
    const givingWay = new GivingWay();
    expect([1, 2, 3, 4, 5].map(() => overtake(givingWay))).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
  });
});
