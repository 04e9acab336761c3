import { admissionCases } from './cases/admission';
import { applyCases } from './cases/apply';
import { badInputCases } from './cases/badInput';
import { clientCases } from './cases/client';
import { runCase } from './cases/ClusterCase';
import { conflictCases } from './cases/conflicts';
import { costCases } from './cases/cost';
import { diffCases } from './cases/diff';
import { driftCases } from './cases/drift';
import { healthCases } from './cases/health';
import { ignoreCases } from './cases/ignore';
import { pruneCases } from './cases/prune';
import { recreateCases } from './cases/recreate';
import { takeOverCases } from './cases/takeOver';
import type { ClusterClient } from './client/ClusterClient';
import { testClusters } from './__testUtils__/clusters';

const GROUPS = [
  applyCases,
  takeOverCases,
  ignoreCases,
  recreateCases,
  conflictCases,
  pruneCases,
  healthCases,
  diffCases,
  driftCases,
  clientCases,
  costCases,
  badInputCases,
  admissionCases,
];

/** For one case; generous, since it costs only where it is reached. */
const TIMEOUT_MS = 60_000;

describe.each(testClusters())('$name', cluster => {
  let client: ClusterClient;
  let stop: () => Promise<void>;
  let count = 0;

  beforeAll(async () => {
    ({ client, stop } = await cluster.start());
  }, TIMEOUT_MS);

  afterAll(async () => {
    await stop?.();
  }, TIMEOUT_MS);

  describe.each(GROUPS)('$name', ({ cases }) => {
    it.each(cases)(
      '$name',
      async clusterCase => {
        count += 1;
        const ns = `apply-${process.pid}-${Date.now()}-${count}`;
        await runCase(clusterCase, { client, ns });
      },
      TIMEOUT_MS,
    );
  });
});
