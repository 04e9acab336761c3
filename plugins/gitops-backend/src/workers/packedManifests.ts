import { Deserializer, Serializer } from 'node:v8';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { BuiltManifests } from '../controllers/kustomize/buildManifests';
import { TimeSlice } from './TimeSlice';

/** A build as bytes: to hand over from a worker, and to keep. */
export interface PackedManifests {
  /** One object after the other, as structured clone writes them. */
  objects: Uint8Array;
  count: number;
  digest: string;
  warnings: readonly string[];
}

/** Keeps integers of any size, and keys of any name. */
export function packManifests(built: BuiltManifests): PackedManifests {
  const serializer = new Serializer();
  serializer.writeHeader();
  for (const object of built.objects) {
    serializer.writeValue(object);
  }
  return {
    objects: serializer.releaseBuffer(),
    count: built.objects.length,
    digest: built.digest,
    warnings: built.warnings,
  };
}

/**
 * Makes the objects anew at each call, so that who gets them may change them.
 * Thousands of them take longer than the event loop should stand still.
 */
export async function unpackManifests(
  packed: PackedManifests,
  signal: AbortSignal,
): Promise<BuiltManifests> {
  const deserializer = new Deserializer(packed.objects);
  deserializer.readHeader();
  const objects: KubernetesObject[] = [];
  const slice = new TimeSlice();
  while (objects.length < packed.count) {
    objects.push(deserializer.readValue() as KubernetesObject);
    if (slice.isOver) {
      await slice.next();
      signal.throwIfAborted();
    }
  }
  return { objects, digest: packed.digest, warnings: packed.warnings };
}
