import {
  DoctorObjects,
  ObjectKey,
  Reason,
  StatusCounts,
} from '@backstage-gitops/plugin-gitops-common';
import { ObjectIndex } from '../../api/objects/ObjectIndex';
import { ObjectSummary } from '../../api/objects/ObjectSummary';
import { LISTED } from './listed';

/** The objects out of the memory of the watches, whose summaries are made already. */
export function readObjects(index: ObjectIndex): DoctorObjects {
  const counts: StatusCounts = {};
  const withoutOwner: ObjectSummary[] = [];
  const unsupported: ObjectSummary[] = [];
  let totalItems = 0;
  for (const object of index.list()) {
    const { word, reason } = object.status;
    totalItems += 1;
    counts[word] = (counts[word] ?? 0) + 1;
    if (object.ownerRef === undefined) {
      withoutOwner.push(object);
    }
    if (reason === Reason.FeatureGateDisabled) {
      unsupported.push(object);
    }
  }
  return {
    totalItems,
    counts,
    withoutOwner: firstOf(withoutOwner),
    unsupported: firstOf(unsupported),
  };
}

function firstOf(objects: readonly ObjectSummary[]): {
  totalItems: number;
  items: ObjectKey[];
} {
  return {
    totalItems: objects.length,
    items: [...objects]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, LISTED)
      .map(({ key }) => key),
  };
}
