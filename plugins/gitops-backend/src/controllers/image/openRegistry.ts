import {
  durationToMs,
  GitopsObject,
  ImageRepository,
} from '@backstage-gitops/plugin-gitops-common';
import { HttpConnections } from '@backstage-gitops/plugin-gitops-node';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { Registries } from '../../registries/Registries';
import { RegistryClient } from '../../registries/RegistryClient';
import { NamespaceReader } from '../source/NamespaceReader';

/** What registries are opened with. */
export interface RegistryAccess {
  registries: Registries;
  connections: HttpConnections;
}

/**
 * The registry of an ImageRepository, by its own credentials, for as long as its
 * timeout allows.
 *
 * @throws SourceFetchError
 */
export async function withRegistry<T>(
  run: ReconcileRun<GitopsObject>,
  repository: ImageRepository,
  { registries, connections }: RegistryAccess,
  work: (client: RegistryClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { spec, metadata } = repository;
  const namespace = metadata.namespace ?? 'default';
  const timeout = spec.timeout ?? spec.interval;
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(
        new Error(
          `the registry gave no answer within ${spec.timeout ? 'spec.timeout' : 'spec.interval'} (${timeout})`,
        ),
      ),
    Math.max(durationToMs(timeout), 1_000),
  );
  const signal = AbortSignal.any([run.signal, late.signal]);
  try {
    const client = await registries.open(
      {
        home: new NamespaceReader(run.home, namespace, signal),
        ...{ namespace, connections, signal },
        now: run.now,
      },
      { ...spec, url: `oci://${spec.image}` },
    );
    try {
      return await work(client, signal);
    } finally {
      client.close();
    }
  } catch (error) {
    run.signal.throwIfAborted();
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
