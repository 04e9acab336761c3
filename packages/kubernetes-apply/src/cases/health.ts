import { compileHealthRules } from '../health/compileHealthRules';
import { waitForHealth } from '../health/waitForHealth';
import { refOf } from '../object/metadata';
import { configMap, definition } from '../__testUtils__/objects';
import type { CaseContext, CaseGroup, ClusterCase } from './ClusterCase';

/** A custom resource, and a ConfigMap `a`, both applied. */
async function withWidget({ client, ns, apply, cleanUp, unique }: CaseContext) {
  const group = unique('.example.com');
  const crd = definition(group);
  const widget = {
    apiVersion: `${group}/v1`,
    kind: 'Widget',
    metadata: { name: 'one', namespace: ns },
  };
  cleanUp(() => client.delete(refOf(crd)));
  await apply([crd, widget, configMap('a', {})]);
  const setCondition = (type: string, status: string, message: string) =>
    client.patch(refOf(widget), {
      type: 'merge',
      body: { status: { conditions: [{ type, status, message }] } },
    });
  return { widget, setCondition };
}

const cases: ClusterCase[] = [
  {
    name: 'waits until all are current',
    pins: 'cli-utils kstatus (Flux 2.9): Ready of custom resources',
    run: async context => {
      const { client, inNs } = context;
      const { widget, setCondition } = await withWidget(context);
      await setCondition('Ready', 'False', 'not yet');
      const seen: string[] = [];
      const result = await waitForHealth({
        client,
        refs: [refOf(widget), refOf(inNs(configMap('a', {})))],
        timeoutMs: 30_000,
        onChange: ({ ref, status }) => {
          seen.push(`${ref.name} ${status}`);
          if (status === 'InProgress') void setCondition('Ready', 'True', '');
        },
      });
      expect(result.objects.map(o => o.status)).toEqual(['Current', 'Current']);
      expect(seen.filter(line => line.startsWith('one'))).toEqual([
        'one InProgress',
        'one Current',
      ]);
    },
  },
  {
    name: 'ends as soon as one has failed',
    pins: 'Flux 2.9, kustomize-controller: fails early for stalled resources',
    run: async context => {
      const { client, ns, inNs } = context;
      const { widget, setCondition } = await withWidget(context);
      await setCondition('Stalled', 'True', 'gave up');
      const error = await waitForHealth({
        client,
        refs: [refOf(widget), refOf(inNs(configMap('never', {})))],
        timeoutMs: 30_000,
      }).catch(e => e);
      expect(error).toMatchObject({
        code: 'health-check-failed',
        timedOut: false,
      });
      expect(error.message.replaceAll(ns, 'NS')).toMatch(
        /^health check failed after .*s: failed early due to stalled resources: \[Widget\/NS\/one status: 'Failed': gave up\]$/,
      );
    },
  },
  {
    name: 'says after the time is up what it waits for',
    pins: 'Flux 2.9, kustomize-controller: the message names every object that is not current',
    run: async context => {
      const { client, ns, inNs } = context;
      const { widget, setCondition } = await withWidget(context);
      await setCondition('Ready', 'False', 'not yet');
      const error = await waitForHealth({
        client,
        refs: [refOf(widget), refOf(inNs(configMap('never', {})))],
        timeoutMs: 300,
      }).catch(e => e);
      expect(error.message.replaceAll(ns, 'NS')).toMatch(
        /: timeout waiting for: \[Widget\/NS\/one status: 'InProgress', ConfigMap\/NS\/never status: 'NotFound'\]$/,
      );
    },
  },
  {
    name: 'asks the expressions of a kind',
    pins: 'Flux 2.9, healthCheckExprs (fluxcd/pkg runtime/cel): a missing field is waited for, failed ends the wait',
    run: async context => {
      const { client, ns } = context;
      const { widget } = await withWidget(context);
      const rules = compileHealthRules([
        {
          apiVersion: widget.apiVersion,
          kind: 'Widget',
          current: "status.phase == 'Ready'",
          failed: "has(status.phase) && status.phase == 'Broken'",
        },
      ]);
      const setPhase = (phase: string) =>
        client.patch(refOf(widget), {
          type: 'merge',
          body: { status: { phase } },
        });
      await setPhase('');
      await client.patch(refOf(widget), {
        type: 'json',
        body: [{ op: 'remove', path: '/status' }],
      });
      const wait = { client, refs: [refOf(widget)], rules, timeoutMs: 30_000 };
      const seen: string[] = [];
      await waitForHealth({
        ...wait,
        onChange: ({ status }) => {
          seen.push(status);
          if (status === 'Unknown') void setPhase('Ready');
        },
      });
      expect(seen).toEqual(['Unknown', 'Current']);
      await setPhase('Broken');
      const error = await waitForHealth(wait).catch(e => e);
      expect(error.message.replaceAll(ns, 'NS')).toMatch(
        /: failed early due to stalled resources: \[Widget\/NS\/one status: 'Failed'\]$/,
      );
    },
  },
];

export const healthCases: CaseGroup = { name: 'health', cases };
