import type { ClusterClient } from '../client/ClusterClient';
import { inventoryOf } from '../apply/ChangeSet';
import {
  inventoryEntryOf,
  refOfEntry,
  type InventoryEntry,
} from '../inventory/inventory';
import { refOf } from '../object/metadata';
import { prune } from '../prune/prune';
import {
  DeletionTimeoutError,
  waitForDeletion,
} from '../prune/waitForDeletion';
import {
  configMap,
  deployment,
  OWNER,
  service,
} from '../__testUtils__/objects';
import { observed } from '../__testUtils__/observed';
import { failureOf, type CaseGroup, type ClusterCase } from './ClusterCase';

const FLUX = 'kustomize.toolkit.fluxcd.io';

/** Prunes and gives the names of the objects, by what happened to them. */
async function pruneAll(client: ClusterClient, entries: InventoryEntry[]) {
  const result = await prune({ client, entries, ownerLabels: OWNER });
  const names = (outcomes: { entry: InventoryEntry; reason?: string }[]) =>
    outcomes.map(({ entry, reason }) =>
      [refOfEntry(entry).name, reason].filter(Boolean).join(' '),
    );
  return {
    deleted: names(result.deleted),
    missing: names(result.missing),
    skipped: names(result.skipped),
    failed: names(result.failed),
  };
}

const cases: ClusterCase[] = [
  {
    name: 'deletes what is owned, in reverse order',
    pins: 'Flux 2.9, ssa manager: garbage collection in reverse order of apply',
    run: async ({ client, apply, live, inNs }) => {
      const changes = await apply([
        configMap('a', {}),
        configMap('b', {}),
        deployment('c'),
      ]);
      const entries = inventoryOf(changes);
      entries.push(inventoryEntryOf(refOf(inNs(configMap('never', {})))));
      expect(await pruneAll(client, entries)).toEqual({
        deleted: ['c', 'b', 'a'],
        missing: ['never'],
        skipped: [],
        failed: [],
      });
      expect(await live(configMap('a', {}))).toBeUndefined();
    },
  },
  {
    name: 'keeps what others own and what annotations keep',
    pins: 'Flux 2.9, kustomize-controller: owner labels and kustomize.toolkit.fluxcd.io/prune: disabled',
    run: async ({ client, apply, inNs }) => {
      const keep = (name: string, annotations: Record<string, string>) =>
        configMap(name, {}, { annotations });
      const changes = await apply([
        keep('pruned', {}),
        keep('no-prune', { [`${FLUX}/prune`]: 'disabled' }),
      ]);
      const adopted = inNs(configMap('adopted', {}));
      adopted.metadata.labels = { ...OWNER, [`${FLUX}/name`]: 'other' };
      await client.create(adopted);
      const entries = [
        ...inventoryOf(changes),
        inventoryEntryOf(refOf(adopted)),
      ];
      expect(await pruneAll(client, entries)).toEqual({
        deleted: ['pruned'],
        missing: [],
        skipped: ['no-prune prune-disabled', 'adopted not-owned'],
        failed: [],
      });
    },
  },
  {
    name: 'looks again at what was written in between',
    pins: 'Kubernetes 1.34, preconditions of DeleteOptions; stricter than Flux 2.9, which has none',
    run: async ({ client, apply, live, inNs }) => {
      const changes = await apply([configMap('a', {})]);
      const labels = [{ harmless: 'x' }, { [`${FLUX}/name`]: 'other' }];
      const result = await prune({
        client,
        entries: inventoryOf(changes),
        ownerLabels: OWNER,
        // Somebody is faster than us: once with a harmless change, once by
        // taking the object over.
        beforeWrite: async () => {
          await client.patch(refOf(inNs(configMap('a', {}))), {
            type: 'merge',
            body: { metadata: { labels: labels.shift() } },
          });
        },
      });
      expect(result.skipped.map(o => o.reason)).toEqual(['not-owned']);
      expect(labels).toEqual([]);
      expect(await live(configMap('a', {}))).toBeDefined();
    },
  },
  {
    name: 'never deletes another object of the same name',
    pins: 'Kubernetes 1.34, precondition on the UID',
    run: async ({ client, apply, live, inNs }) => {
      const changes = await apply([configMap('a', {})]);
      const mine = inNs(configMap('a', {}));
      let remade = false;
      const result = await prune({
        client,
        entries: inventoryOf(changes),
        ownerLabels: OWNER,
        beforeWrite: async () => {
          if (remade) return;
          remade = true;
          await client.delete(refOf(mine));
          await client.create(mine);
        },
      });
      expect(result.skipped.map(o => o.reason)).toEqual(['not-owned']);
      expect(await live(mine)).toBeDefined();
    },
  },
  {
    name: 'ends where it may not write any more',
    pins: 'our own: a claim is checked before each deletion',
    run: async ({ client, apply, live }) => {
      const changes = await apply([configMap('a', {}), service('web')]);
      let writes = 0;
      const ended = prune({
        client,
        entries: inventoryOf(changes),
        ownerLabels: OWNER,
        beforeWrite: () => {
          writes += 1;
          if (writes > 1) throw new Error('the claim is lost');
        },
      });
      await expect(ended).rejects.toThrow('the claim is lost');
      expect(await live(configMap('a', {}))).toBeDefined();
      expect(await live(service('web'))).toBeUndefined();
    },
  },
  {
    name: 'reads together and deletes with one request each',
    pins: 'our own; Flux 2.9 makes two requests for each: get, delete',
    run: async ({ client, apply }) => {
      const set = Array.from({ length: 20 }, (_, i) => configMap(`c-${i}`, {}));
      const changes = await apply(set);
      const { client: counted, calls } = observed(client);
      await prune({
        client: counted,
        entries: inventoryOf(changes),
        ownerLabels: OWNER,
      });
      expect(calls).toEqual(['list', ...Array(20).fill('delete')]);
    },
  },
  {
    name: 'waits until what it deleted is gone, and names stuck finalizers',
    pins: 'Flux 2.9, kustomize-controller: deletionPolicy WaitForTermination; Kubernetes 1.34, finalizers',
    run: async ({ client, apply, inNs, anonymous }) => {
      const stuck = configMap(
        'stuck',
        {},
        { finalizers: ['example.com/stuck'] },
      );
      const changes = await apply([stuck, configMap('free', {})]);
      const { deleted } = await prune({
        client,
        entries: inventoryOf(changes),
        ownerLabels: OWNER,
      });
      const wait = (timeoutMs: number) =>
        waitForDeletion({ client, deleted, ownerLabels: OWNER, timeoutMs });
      const error = await failureOf(wait(1));
      expect(error).toBeInstanceOf(DeletionTimeoutError);
      expect(anonymous(String(error))).toContain(
        'not gone after 1 ms: ConfigMap/NS/stuck (finalizers: example.com/stuck)',
      );
      await client.patch(refOf(inNs(stuck)), {
        type: 'merge',
        body: { metadata: { finalizers: null } },
      });
      await wait(30_000);
    },
  },
  {
    name: 'finds objects whose version is no longer served',
    pins: 'Kubernetes 1.34, API versions come and go; an inventory outlives them',
    run: async ({ client, ns, apply }) => {
      const changes = await apply([deployment('web')]);
      const [entry] = inventoryOf(changes);
      expect(
        await pruneAll(client, [{ ...entry, v: 'v1beta9' }]),
      ).toMatchObject({
        deleted: ['web'],
      });
      const gone = { id: `${ns}_x_gone.example.com_Gadget`, v: 'v1' };
      expect(await pruneAll(client, [gone])).toMatchObject({ missing: ['x'] });
    },
  },
  {
    name: 'keeps what it may not delete for the next run',
    pins: 'Flux 2.9, kustomize-controller: what could not be deleted stays in the inventory',
    run: async ({ client, apply, live }) => {
      const changes = await apply([configMap('a', {})]);
      const result = await prune({
        client: client.as({ user: 'nobody' }),
        entries: [...inventoryOf(changes), { id: 'nonsense', v: 'v1' }],
        ownerLabels: OWNER,
      });
      expect(result.failed).toHaveLength(2);
      expect(await live(configMap('a', {}))).toBeDefined();
    },
  },
];

export const pruneCases: CaseGroup = { name: 'prune', cases };
