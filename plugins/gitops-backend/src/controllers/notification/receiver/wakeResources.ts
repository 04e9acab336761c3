import { mapConcurrent } from '@backstage-gitops/kubernetes-apply';
import {
  FieldManager,
  FluxAnnotation,
  GitopsObject,
  kindByName,
  Receiver,
  ReceiverResource,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { Home } from '../../../homes/Home';

/** What became of a call: who was woken, and what failed. */
export interface Woken {
  objects: GitopsObject[];
  problems: string[];
}

const AT_ONCE = 8;

/**
 * Asks for a run of each object that a Receiver names and that passes its filters, as
 * `flux reconcile` does (notification-controller 1.8).
 *
 * @param time - of the request; it differs from all others
 */
export async function wakeResources(
  home: Home,
  { metadata, spec }: Receiver,
  options: {
    passes: (i: number, object: GitopsObject) => boolean;
    time: string;
    noCrossNamespaceRefs: boolean;
    signal: AbortSignal;
  },
): Promise<Woken> {
  const { passes, time, signal } = options;
  const own = metadata.namespace ?? 'default';
  const problems: string[] = [];
  const wanted = new Map<string, GitopsObject>();
  for (const [i, resource] of spec.resources.entries()) {
    try {
      const namespace = resource.namespace ?? own;
      if (options.noCrossNamespaceRefs && namespace !== own) {
        throw new Error('cross-namespace references are not allowed');
      }
      for (const object of await find(home, resource, { namespace, signal })) {
        if (passes(i, object)) {
          const { kind, metadata: of } = object;
          wanted.set(`${kind}/${of.namespace}/${of.name}`, object);
        }
      }
    } catch (error) {
      assertError(error);
      const { kind, name } = resource;
      problems.push(`${kind}/${name}: ${error.message}`);
    }
  }
  const objects: GitopsObject[] = [];
  await mapConcurrent([...wanted.values()], AT_ONCE, async object => {
    try {
      await wake(home, object, { time, signal });
      objects.push(object);
    } catch (error) {
      assertError(error);
      const { namespace, name } = object.metadata;
      problems.push(`${object.kind}/${namespace}/${name}: ${error.message}`);
    }
  });
  return { objects, problems };
}

async function find(
  home: Home,
  { apiVersion, kind, name, matchLabels }: ReceiverResource,
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<GitopsObject[]> {
  const served = kindByName(kind)?.apiVersion ?? apiVersion;
  if (!served) {
    throw new Error(`apiVersion must be specified for kind "${kind}"`);
  }
  const ref = { apiVersion: served, kind, namespace };
  if (name !== '*') {
    const object = await home.readWatched({ ...ref, name }, { signal });
    if (!object) {
      throw new Error(`it is not in namespace ${namespace}`);
    }
    return [object];
  }
  if (!matchLabels) {
    throw new Error("matchLabels must be set where the name is '*'");
  }
  const objects = await home.listWatched<GitopsObject>(ref, { signal });
  return objects.filter(({ metadata: { labels = {} } }) =>
    Object.entries(matchLabels).every(
      ([label, value]) =>
        Object.hasOwn(labels, label) && labels[label] === value,
    ),
  );
}

async function wake(
  home: Home,
  { apiVersion, kind, metadata }: GitopsObject,
  { time, signal }: { time: string; signal: AbortSignal },
): Promise<void> {
  const { namespace, name, uid } = metadata;
  await home.client.patch(
    { apiVersion, kind, namespace, name },
    {
      type: 'merge',
      fieldManager: FieldManager.portal,
      body: {
        metadata: {
          // Refused where somebody made another object of that name.
          ...(uid && { uid }),
          annotations: { [FluxAnnotation.requestedAt]: time },
        },
      },
      signal,
    },
  );
}
