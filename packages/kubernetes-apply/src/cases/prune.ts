import type { ClusterClient } from '../client/ClusterClient';
import { inventoryOf } from '../apply/ChangeSet';
import {
  inventoryEntryOf,
  refOfEntry,
  type InventoryEntry,
} from '../inventory/inventory';
import { refOf } from '../object/metadata';
import { prune } from '../prune/prune';
import { configMap, deployment, OWNER } from '../__testUtils__/objects';
import type { CaseGroup, ClusterCase } from './ClusterCase';

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
      const changes = await apply([configMap('a', {}), configMap('b', {})]);
      let writes = 0;
      const result = await prune({
        client,
        entries: inventoryOf(changes),
        ownerLabels: OWNER,
        // Somebody is faster than us: once with a harmless change, once by
        // taking the object over.
        beforeWrite: async () => {
          writes += 1;
          if (writes > 2) return;
          const [name, key, value] = [
            ['b', 'harmless', 'x'],
            ['b', `${FLUX}/name`, 'other'],
          ][writes - 1];
          await client.patch(refOf(inNs(configMap(name, {}))), {
            type: 'merge',
            body: { metadata: { labels: { [key]: value } } },
          });
        },
      });
      expect(result.skipped.map(o => o.ref.name)).toEqual(['b']);
      expect(result.deleted.map(o => o.ref.name)).toEqual(['a']);
      expect(await live(configMap('b', {}))).toBeDefined();
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
