import { ConflictError } from '../errors/KubernetesApiError';
import { refOf } from '../object/metadata';
import { configMap, MANAGER } from '../__testUtils__/objects';
import { observed } from '../__testUtils__/observed';
import type { CaseContext, CaseGroup, ClusterCase } from './ClusterCase';

const FLUX = 'kustomize.toolkit.fluxcd.io';

/** Runs once, after the reads of an apply and before what follows. */
function once(work: () => Promise<unknown>) {
  let done = false;
  return async () => {
    if (done) return;
    done = true;
    await work();
  };
}

/** Somebody makes the object while we think that there is none. */
function madeByOther(
  { client, inNs }: CaseContext,
  data: Record<string, string>,
) {
  return once(() =>
    client.create(inNs(configMap('settings', data)), {
      fieldManager: 'kubectl-create',
    }),
  );
}

const cases: ClusterCase[] = [
  {
    name: 'an apply names the manager that it collides with',
    pins: 'Kubernetes 1.34, server-side apply: a conflict without force names manager and field',
    run: async ({ client, inNs }) => {
      await client.apply(inNs(configMap('settings', { a: '1' })), {
        fieldManager: 'somebody',
      });
      const error = await client
        .apply(inNs(configMap('settings', { a: '2' })), {
          fieldManager: MANAGER,
        })
        .catch(e => e);
      expect(error).toBeInstanceOf(ConflictError);
      expect(error.conflicts).toEqual([
        { manager: 'somebody', fields: ['.data.a'] },
      ]);
    },
  },
  {
    name: 'an object that somebody made in between is taken over, not created',
    pins: 'Kubernetes 1.34, server-side apply: an apply without force is a conflict where others own a field',
    run: async context => {
      const { lines, live } = context;
      const wanted = configMap('settings', { a: 'ours' });
      expect(
        await lines([wanted], {
          onStage: madeByOther(context, { a: 'theirs', b: 'old' }),
        }),
      ).toEqual(['ConfigMap/NS/settings configured']);
      expect((await live(wanted))?.data).toEqual({ a: 'ours' });
      expect(await lines([wanted])).toEqual([
        'ConfigMap/NS/settings unchanged',
      ]);
    },
  },
  {
    name: 'so is one that has no field in common with ours',
    pins: 'Kubernetes 1.34, server-side apply: managedFields of the answer name who else made it',
    run: async context => {
      const { lines, live } = context;
      const wanted = configMap('settings', { a: 'ours' });
      expect(
        await lines([wanted], {
          onStage: madeByOther(context, { b: 'theirs' }),
        }),
      ).toEqual(['ConfigMap/NS/settings configured']);
      // Fields of kubectl become ours, and are not in the manifest.
      expect((await live(wanted))?.data).toEqual({ a: 'ours' });
    },
  },
  {
    name: 'one that was only wanted where there is none is left alone',
    pins: 'Flux 2.9, kustomize-controller: kustomize.toolkit.fluxcd.io/ssa: IfNotPresent',
    run: async context => {
      const { lines, live } = context;
      const annotations = { [`${FLUX}/ssa`]: 'IfNotPresent' };
      const wanted = configMap('settings', { a: 'ours' }, { annotations });
      expect(
        await lines([wanted], {
          onStage: madeByOther(context, { a: 'theirs' }),
        }),
      ).toEqual(['ConfigMap/NS/settings skipped']);
      expect((await live(wanted))?.data).toEqual({ a: 'theirs' });
    },
  },
  {
    name: 'a field of others that came in between is no change of ours',
    pins: 'Kubernetes 1.34: a dry run answers with the version of the object that it met',
    run: async ({ client, apply, lines, inNs }) => {
      const set = ['a', 'b', 'c'].map(name => configMap(name, { x: '1' }));
      await apply(set);
      const { client: raced, count } = observed(
        client,
        once(() =>
          client.patch(refOf(inNs(set[1])), {
            type: 'merge',
            body: { data: { y: 'theirs' } },
            fieldManager: 'somebody',
          }),
        ),
      );
      expect(await lines(set, { client: raced })).toEqual([
        'ConfigMap/NS/a unchanged',
        'ConfigMap/NS/b unchanged',
        'ConfigMap/NS/c unchanged',
      ]);
      expect(count('apply')).toBe(0);
    },
  },
  {
    name: 'an object that was deleted in between is created',
    pins: 'Kubernetes 1.34: a dry run of what is not there has no version',
    run: async ({ client, apply, lines, inNs }) => {
      const set = ['a', 'b', 'c'].map(name => configMap(name, { x: '1' }));
      await apply(set);
      const { client: raced } = observed(
        client,
        once(() => client.delete(refOf(inNs(set[1])))),
      );
      expect(await lines(set, { client: raced })).toEqual([
        'ConfigMap/NS/a unchanged',
        'ConfigMap/NS/b created',
        'ConfigMap/NS/c unchanged',
      ]);
    },
  },
];

export const conflictCases: CaseGroup = { name: 'conflicts and races', cases };
