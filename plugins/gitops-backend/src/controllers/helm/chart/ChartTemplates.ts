import {
  formatObject,
  HelmChart,
  helmChartKind,
  HelmRelease,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { ObjectReference } from '../../../homes/ObjectReference';
import { buildHelmChart, isAsWanted, ownerLabels } from './chartTemplate';

type Run = ReconcileRun<HelmRelease>;

/** Flux's own name for it, so that either takes over what the other has made. */
const MANAGER = 'helm-controller';

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
    const { object, home, signal } = run;
    const wanted = buildHelmChart(object, reference);
    const live = await home.readWatched<HelmChart>(
      { ...reference, apiVersion: helmChartKind.apiVersion },
      { signal },
    );
    // With a new generation, fields and labels may have to go that only the
    // server knows to be ours.
    const isSeen = run.status.observedGeneration === run.generation;
    if (run.planOnly || (live && isSeen && isAsWanted(live, wanted))) {
      run.status.helmChart = `${reference.namespace}/${reference.name}`;
      return live ?? wanted;
    }
    const applied = await home.client.apply<HelmChart>(wanted, {
      ...{ fieldManager: MANAGER, force: true, signal },
    });
    home.cache.expect(applied);
    run.status.helmChart = `${reference.namespace}/${reference.name}`;
    if (live?.metadata.resourceVersion !== applied.metadata.resourceVersion) {
      const { kind, name } = wanted.spec.sourceRef;
      await run.report({
        event: 'Trace',
        reason: live ? 'HelmChartConfigured' : 'HelmChartCreated',
        message: `${live ? 'Configured' : 'Created'} ${formatObject(reference)} with SourceRef '${kind}/${reference.namespace}/${name}'`,
      });
    }
    return applied;
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
