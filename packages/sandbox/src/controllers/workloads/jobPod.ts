import type { JsonObject } from '../../json/value';
import { asArray, asObject, at } from '../../json/value';
import { nameOf, objectsAt } from '../objects';
import { COMPLETION_INDEX, isIndexed } from './jobIndexes';
import { podFromTemplate } from './podTemplate';

/** Holds a Job's pod until the Job has counted it. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

/** A pod of a Job; the index counts for Indexed Jobs. */
export function jobPod(job: JsonObject, index: number): JsonObject {
  const template = asObject(at(job, 'spec', 'template'));
  const finalizers = [TRACKING_FINALIZER];
  if (!isIndexed(job)) {
    return podFromTemplate(job, template, {
      generateName: `${nameOf(job)}-`,
      finalizers,
    });
  }
  const mark = { [COMPLETION_INDEX]: String(index) };
  const pod = podFromTemplate(job, template, {
    generateName: `${nameOf(job)}-${index}-`,
    finalizers,
    labels: mark,
    annotations: mark,
  });
  const spec = asObject(pod.spec);
  return {
    ...pod,
    spec: {
      ...spec,
      hostname: spec.hostname ?? `${nameOf(job)}-${index}`,
      containers: objectsAt(pod, 'spec', 'containers').map(container => ({
        ...container,
        env: [
          ...asArray(container.env),
          {
            name: 'JOB_COMPLETION_INDEX',
            valueFrom: {
              fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` },
            },
          },
        ],
      })),
    },
  };
}
