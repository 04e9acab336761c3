import { existsSync } from 'node:fs';
import path from 'node:path';
import { runProcess } from './__testUtils__/runProcess';

jest.setTimeout(240_000);

// Charts that others wrote lie beside the repository, where they are present.
const CHARTS = path.resolve(
  __dirname,
  '../../../../../shared/conformance/helm/charts',
);
const describeWithCharts = existsSync(CHARTS) ? describe : describe.skip;

describeWithCharts('public charts (skipped where they are absent)', () => {
  it('come out of threads as they do here', async () => {
    const { steps, exitCode } = await runProcess('conformanceProcess.ts', [
      CHARTS,
    ]);
    const { same, ...counts } = steps.get('counts')! as Record<string, number>;
    expect([...steps.keys()]).toEqual(['counts']);
    expect(counts).toEqual({ other: 0, random: expect.any(Number) });
    expect(same).toBeGreaterThan(90);
    expect(exitCode).toBe(0);
  });
});
