import {
  FieldManager,
  formatObject,
  HelmChart,
  helmChartKind,
  HelmRelease,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { ObjectReference } from '../../../homes/ObjectReference';
import { buildHelmChart, isAsWanted, ownerLabels } from './chartTemplate';

type Run = ReconcileRun<HelmRelease>;

/** The HelmCharts that are made for HelmReleases. */
export class ChartTemplates {
  /** Of the object's status: the HelmChart that was made for it. */
  madeFor({ status }: Run): ObjectReference | undefined {
    const [namespace, name] = status.helmChart?.split('/') ?? [];
    return namespace && name
      ? { kind: helmChartKind.kind, namespace, name }
      : undefined;
  }

  /** Makes the HelmChart, or brings it up to date, and gives it as it is now. */
  async apply(run: Run, reference: ObjectReference): Promise<HelmChart> {
    const { object, home, signal, status } = run;
    const wanted = buildHelmChart(object, reference);
    const live = await this.find(run, reference);
    status.helmChart = `${reference.namespace}/${reference.name}`;
    // With a new generation, labels may have to go that only the server knows to
    // be ours.
    const exactly = status.observedGeneration !== run.generation;
    if (run.planOnly || (live && isAsWanted(live, wanted, { exactly }))) {
      return live ?? wanted;
    }
    let isNew = false;
    const applied = await home.client.apply<HelmChart>(wanted, {
      ...{ fieldManager: FieldManager.helm, force: true, signal },
      onApplied: created => {
        isNew = created;
      },
    });
    home.cache.expect(applied);
    const { resourceVersion } = applied.metadata;
    if (isNew || (live && live.metadata.resourceVersion !== resourceVersion)) {
      const { kind, name } = wanted.spec.sourceRef;
      await run.report({
        event: 'Trace',
        reason: isNew ? 'HelmChartCreated' : 'HelmChartConfigured',
        message: `${isNew ? 'Created' : 'Configured'} ${formatObject(reference)} with SourceRef '${kind}/${reference.namespace}/${name}'`,
      });
    }
    return applied;
  }

  /** As the watch shows it: what it does not show is applied in any case. */
  private async find(
    { home, planOnly, signal }: Run,
    reference: ObjectReference,
  ): Promise<HelmChart | undefined> {
    const { apiVersion } = helmChartKind;
    return planOnly
      ? home.read<HelmChart>({ ...reference, apiVersion }, { signal })
      : (home.cache.getUnlessBehind(reference) as HelmChart | undefined);
  }

  /** Deletes the HelmChart that was made, unless it is another release's by now. */
  async remove(run: Run): Promise<void> {
    const reference = this.madeFor(run);
    if (!reference) {
      return;
    }
    const { client } = run.home;
    const { signal } = run;
    const ref = { ...reference, apiVersion: helmChartKind.apiVersion };
    const live = await client.get<HelmChart>(ref, { signal });
    if (live && !run.planOnly && isOurs(live, run.object)) {
      await client.delete(ref, {
        ...{ uid: live.metadata.uid, signal },
        propagationPolicy: 'Background',
      });
      await run.report({
        event: 'Trace',
        reason: 'HelmChartDeleted',
        message: `deleted HelmChart '${reference.namespace}/${reference.name}'`,
      });
    }
    delete run.status.helmChart;
  }
}

/** One without labels was made by a Flux that set none. */
function isOurs({ metadata }: HelmChart, object: HelmRelease): boolean {
  return Object.entries(ownerLabels(object)).every(
    ([label, value]) => (metadata.labels?.[label] ?? value) === value,
  );
}
