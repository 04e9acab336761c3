import { migratedDatabases } from '../../__testUtils__/databases';
import { RandomDelivery } from './__testUtils__/RandomDelivery';

jest.setTimeout(300_000);

const STEPS = 200;
/** `GITOPS_TEST_SEEDS`, such as `1,2,3`, tries others. */
const SEEDS = (process.env.GITOPS_TEST_SEEDS ?? '1,2').split(',').map(Number);

/**
 * Edits, failures and restarts in random order end in what one delivery into an
 * empty cluster gives. Where it fails, the seed is in the name of the test and
 * the steps are in the error.
 */
describe('two hundred random steps', () => {
  const init = migratedDatabases();

  it.each(SEEDS)('end as a fresh delivery does (seed %d)', async seed => {
    const random = await RandomDelivery.start({
      newDatabase: () => init('SQLITE_3'),
      seed,
    });
    try {
      for (let n = 0; n < STEPS; n++) {
        await random.step();
      }
      await random.finish();
      const fresh = (await random.fresh()) as { id: string }[];
      const wanted = new Set(fresh.map(({ id }) => id));
      const state = await random.state();
      expect(
        state.filter(entry => wanted.has(entry.id) || !random.isExcused(entry)),
      ).toEqual(fresh);
    } catch (error) {
      throw new Error(
        [
          `Seed ${seed} failed after these steps:`,
          ...random.steps,
          error,
          await random.describe(),
        ].join('\n'),
        { cause: error },
      );
    } finally {
      await random.stop();
    }
  });
});
