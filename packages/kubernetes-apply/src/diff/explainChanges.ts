import {
  isJsonObject,
  type JsonObject,
  type KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { isEqual } from '../apply/drift';
import { isSecret } from '../object/metadata';
import type { LocatedChange } from './compare';
import { locateChanges } from './diffObjects';
import type { FieldChange } from './FieldChange';
import { maskChanges } from './maskChange';
import { owns, ownershipsOf, valueAt, type Ownership } from './ownership';

/**
 * Why a field would change:
 *
 * - `git`: the manifest says something else than when it was last applied
 * - `drift`: somebody changed it in the cluster, and the manifest changes it
 *   back
 * - `server`: the manifest does not name it: a default, an admission plugin,
 *   or what follows from other fields
 *
 * @public
 */
export type ChangeReason = 'git' | 'drift' | 'server';

/** @public */
export interface ExplainedChange extends FieldChange {
  reason: ChangeReason;
  /** Of drift: the field manager that wrote the value, where one owns it. */
  manager?: string;
}

/** @public */
export interface ExplainOptions {
  /** The object as it is; `undefined` where there is none. */
  live: KubernetesObject | undefined;
  /** As it would be, from a dry run; `undefined` where it will be deleted. */
  merged: KubernetesObject | undefined;
  /** The manifest that is to be applied. */
  desired: KubernetesObject | undefined;
  /** Who applies. */
  fieldManager: string;
  /**
   * The manifest as it was last applied, where that is known: for the same
   * revision, `desired` itself. It makes certain what field managers can only
   * suggest.
   */
  previous?: KubernetesObject;
}

/**
 * What an apply would change, field by field, and why. Values of Secrets
 * never appear.
 *
 * The rule, for each field that differs between `live` and `merged`:
 *
 * 1. The manifest does not name it: `git` where it goes away and was ours
 *    (it was taken out of the manifest), else `server`.
 * 2. `previous` is known: `drift` where it says the same as the manifest,
 *    else `git`.
 * 3. The live value is ours, or we have never applied the object: `git`. A
 *    value that somebody else changes ceases to be ours.
 * 4. It is another manager's, who wrote no earlier than we did: `drift`.
 * 5. Else `git`: Git adds the field. A field that somebody removed looks the
 *    same, which only `previous` can tell.
 *
 * @public
 */
export function explainChanges(options: ExplainOptions): ExplainedChange[] {
  const { live, merged, fieldManager } = options;
  const ownerships = live ? ownershipsOf(live) : [];
  const isOurs = ({ manager }: Ownership) => manager === fieldManager;
  const context: Context = {
    desired: plain(options.desired),
    previous: options.previous && plain(options.previous),
    ours: ownerships.filter(isOurs),
    others: ownerships.filter(ownership => !isOurs(ownership)),
    isDeleted: merged === undefined,
  };
  const changes = locateChanges(live, merged).map(located => ({
    ...located.change,
    ...reasonOf(located, context),
  }));
  return maskChanges(changes, [live, merged, options.desired]);
}

interface Context {
  desired: JsonObject | undefined;
  previous: JsonObject | undefined;
  ours: readonly Ownership[];
  others: readonly Ownership[];
  isDeleted: boolean;
}

function reasonOf(
  { change, segments }: LocatedChange,
  { desired, previous, ours, others, isDeleted }: Context,
): { reason: ChangeReason; manager?: string } {
  if (isDeleted) return { reason: 'git' };
  const wanted = valueAt(desired, segments);
  const isOurs = ours.some(({ fields }) => owns(fields, segments));
  if (wanted === undefined) {
    const wasOurs = change.change === 'removed' && isOurs;
    return { reason: wasOurs ? 'git' : 'server' };
  }
  const writer = others
    .filter(({ fields }) => owns(fields, segments))
    .sort((a, b) => Date.parse(b.time) - Date.parse(a.time))[0];
  if (previous) {
    return isEqual(valueAt(previous, segments), wanted)
      ? driftBy(writer)
      : { reason: 'git' };
  }
  if (isOurs || ours.length === 0 || !writer) return { reason: 'git' };
  const lastApplied = Math.max(...ours.map(({ time }) => Date.parse(time)));
  return Date.parse(writer.time) >= lastApplied
    ? driftBy(writer)
    : { reason: 'git' };
}

function driftBy(writer: Ownership | undefined) {
  return {
    reason: 'drift' as const,
    ...(writer ? { manager: writer.manager } : {}),
  };
}

/** The server keeps what `stringData` says in `data`. */
function plain(object: KubernetesObject | undefined): JsonObject | undefined {
  if (!object) return undefined;
  // A Kubernetes object is JSON, but for the types of its metadata.
  const json = object as unknown as JsonObject;
  if (!isSecret(object) || !isJsonObject(object.stringData)) return json;
  const { stringData, data, ...rest } = json;
  const encoded = Object.entries(object.stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  return {
    ...rest,
    data: {
      ...(isJsonObject(data) ? data : {}),
      ...Object.fromEntries(encoded),
    },
  };
}
