import { DoctorQueue } from '@backstage-gitops/plugin-gitops-common';
import { Doctor, DoctorOptions } from './Doctor';
import { DoctorCheck, Finding } from './DoctorCheck';

const queue = { due: 3 } as DoctorQueue;

const finding = (id: string, ...findings: Finding[]): DoctorCheck => ({
  id,
  run: async () => findings,
});

function doctor(
  checks: DoctorCheck[],
  sections: Partial<DoctorOptions['sections']> = {},
  timeoutMs?: number,
): Doctor {
  return new Doctor({
    checks,
    sections: {
      homes: async () => [],
      registrations: async () => undefined,
      objects: async () => undefined,
      queue: async () => queue,
      ...sections,
    },
    version: '1.2.3',
    process: 'p1',
    timeoutMs,
    now: () => 0,
  });
}

const forever = new Promise<never>(() => {});

describe('Doctor', () => {
  it('tells the worst first, else in the order of the checks', async () => {
    const made = await doctor([
      finding('a', { level: 'ok', title: 'a' }),
      finding('b', { level: 'warning', title: 'b' }),
      finding('c', { level: 'unknown', title: 'c' }),
      finding(
        'd',
        { level: 'error', title: 'd' },
        { level: 'warning', title: 'd2' },
      ),
    ]).report();
    expect(made).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      version: '1.2.3',
      process: 'p1',
      level: 'error',
      counts: { error: 1, warning: 2, unknown: 1, ok: 1 },
      queue,
    });
    expect(made.findings.map(({ check, title }) => [check, title])).toEqual([
      ['d', 'd'],
      ['b', 'b'],
      ['d', 'd2'],
      ['c', 'c'],
      ['a', 'a'],
    ]);
  });

  it('is well where nothing was found', async () => {
    expect((await doctor([]).report()).level).toBe('ok');
  });

  it('gives checks what was read', async () => {
    const run = jest.fn(async () => []);
    await doctor([{ id: 'a', run }]).report();
    expect(run).toHaveBeenCalledWith(
      { homes: [], queue, objects: undefined, registrations: undefined },
      expect.any(AbortSignal),
    );
  });

  it('makes a finding of a check that fails', async () => {
    const made = await doctor([
      {
        id: 'broken',
        run: async () => {
          throw new Error('no answer of https://bob:hunter2@git.test');
        },
      },
      finding('other', { level: 'ok', title: 'fine' }),
    ]).report();
    expect(made.findings).toMatchObject([
      {
        check: 'broken',
        level: 'unknown',
        title: 'The check broken failed: no answer of https://git.test',
      },
      { check: 'other' },
    ]);
  });

  it('waits for nothing for ever', async () => {
    let stopped: AbortSignal | undefined;
    const made = await doctor(
      [
        {
          id: 'slow',
          run: async (_, signal) => {
            stopped = signal;
            return forever;
          },
        },
      ],
      { homes: () => forever },
      20,
    ).report();
    expect(made.homes).toBeUndefined();
    expect(made.findings).toMatchObject([
      {
        check: 'doctor.homes',
        level: 'error',
        title: 'The homes could not be looked at: it took longer than 0.02 s',
      },
      { check: 'slow', level: 'unknown' },
    ]);
    expect(stopped?.aborted).toBe(true);
  });

  it('makes one report for all who ask meanwhile', async () => {
    const readQueue = jest.fn(async () => queue);
    const asked = doctor([], { queue: readQueue });
    const [first, second] = await Promise.all([asked.report(), asked.report()]);
    expect(first).toBe(second);
    await asked.report();
    expect(readQueue).toHaveBeenCalledTimes(2);
  });
});
