import {
  Artifact,
  ArtifactGenerator,
  artifactGeneratorKind,
  ConditionSet,
  ConditionType,
  ExternalArtifact,
  externalArtifactKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { mergePatchBetween } from '../../../engine/reconcile/mergePatch';
import { ArtifactRequest } from './expandArtifacts';

/** Names Flux's controller for these objects, so that either takes them over. */
const MANAGER = 'source-watcher';
const GENERATOR_LABEL = 'source.extensions.fluxcd.io/generator';

/** The ExternalArtifacts of one generator, in its namespace. */
export class GeneratedArtifacts {
  constructor(private readonly run: ReconcileRun<ArtifactGenerator>) {}

  list(): Promise<ExternalArtifact[]> {
    const { run } = this;
    return run.home.client
      .list<ExternalArtifact>({
        apiVersion: externalArtifactKind.apiVersion,
        kind: externalArtifactKind.kind,
        namespace: run.namespace,
        labelSelector: `${GENERATOR_LABEL}=${run.object.metadata.uid}`,
        signal: run.signal,
      })
      .then(({ items }) => items);
  }

  /** Makes an ExternalArtifact, or brings it up to date. */
  async apply(request: ArtifactRequest, artifact: Artifact): Promise<void> {
    const { run } = this;
    const { object, home } = run;
    const common = object.spec.commonMetadata;
    const applied = await home.client.apply<ExternalArtifact>(
      {
        apiVersion: externalArtifactKind.apiVersion,
        kind: externalArtifactKind.kind,
        metadata: {
          name: request.name,
          namespace: run.namespace,
          labels: {
            ...common?.labels,
            ...request.labels,
            'app.kubernetes.io/managed-by': MANAGER,
            [GENERATOR_LABEL]: object.metadata.uid ?? '',
          },
          ...(common?.annotations && { annotations: common.annotations }),
        },
        spec: {
          sourceRef: {
            apiVersion: artifactGeneratorKind.apiVersion,
            kind: artifactGeneratorKind.kind,
            name: run.name,
            namespace: run.namespace,
          },
        },
      },
      { fieldManager: MANAGER, force: true },
    );
    await this.report(applied, artifact);
  }

  /** Says in the status which artifact it is. */
  async report(object: ExternalArtifact, artifact: Artifact): Promise<void> {
    const { home, now } = this.run;
    const { metadata, status } = object;
    const conditions = new ConditionSet({
      conditions: status?.conditions,
      generation: metadata.generation,
      clock: () => new Date(now()),
    });
    conditions.markTrue(
      ConditionType.Ready,
      Reason.Succeeded,
      'Artifact is ready',
    );
    const patch = mergePatchBetween(
      { ...status },
      { ...status, artifact, conditions: conditions.toArray() },
    );
    if (patch) {
      await home.client.patch(this.refOf(metadata.name), {
        type: 'merge',
        subresource: 'status',
        body: { status: patch },
        fieldManager: home.statusManager,
      });
    }
  }

  /** Deletes an ExternalArtifact, unless somebody else has taken it over. */
  async delete(name: string): Promise<void> {
    const { client } = this.run.home;
    const { signal } = this.run;
    const reference = this.refOf(name);
    const object = await client.get<ExternalArtifact>(reference, { signal });
    const { uid, labels } = object?.metadata ?? {};
    if (uid && labels?.[GENERATOR_LABEL] === this.run.object.metadata.uid) {
      await client.delete(reference, {
        ...{ uid, signal },
        propagationPolicy: 'Background',
      });
    }
  }

  private refOf(name: string) {
    return {
      apiVersion: externalArtifactKind.apiVersion,
      kind: externalArtifactKind.kind,
      namespace: this.run.namespace,
      name,
    };
  }
}
