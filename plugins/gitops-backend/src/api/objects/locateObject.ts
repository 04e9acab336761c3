import {
  GitopsObject,
  kindByName,
  ObjectKey,
  splitApiVersion,
} from '@backstage-gitops/plugin-gitops-common';
import { WorkKey } from '../../engine/queue/WorkQueue';
import { Home } from '../../homes/Home';
import {
  HomeUnavailableError,
  ObjectNotFoundError,
  UnknownHomeError,
} from '../errors';
import { ObjectIndex } from './ObjectIndex';
import { GitopsObjectResource, ObjectSummary } from './ObjectSummary';

/** An object, where it lives, and its summary. */
export interface LocatedObject {
  home: Home;
  object: GitopsObject;
  summary: ObjectSummary;
}

/**
 * Finds an object. What may not be seen is not there, and a home that does not
 * answer may hold what is not known yet.
 */
export function locateObject(
  index: ObjectIndex,
  key: ObjectKey,
  visible?: (object: ObjectSummary) => boolean,
  options?: { asSourceOf?: ObjectKey },
): LocatedObject {
  const home = index.homes.find(key.home);
  if (!home) {
    throw new UnknownHomeError(key.home);
  }
  const object = home.cache.get(key);
  if (object) {
    const summary = index.summaryOf(home, object);
    if (!visible || visible(summary)) {
      return { home, object, summary };
    }
  }
  if (!home.state.connected) {
    throw new HomeUnavailableError(home.name, home.state.error);
  }
  throw new ObjectNotFoundError(key, options);
}

/** The identity of an object in the plugin's database. */
export function workKeyOf({ key, apiVersion }: GitopsObjectResource): WorkKey {
  return {
    group: kindByName(key.kind)?.group ?? splitApiVersion(apiVersion).group,
    ...key,
  };
}
