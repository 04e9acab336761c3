import type { JsonObject } from '../json/value';
import type { Resource } from '../kinds/resource';
import {
  hasSubresource,
  inVersion,
  splitApiVersion,
  versionOf,
} from '../kinds/resource';
import { FieldSet } from '../managed-fields/fieldSet';
import type { FieldVersions } from '../managed-fields/updater';

const STATUS = FieldSet.of(['f:status']);
const SPEC_AND_LABELS = FieldSet.of(['f:spec'], ['f:metadata', 'f:labels']);

/**
 * How the objects of a resource look to field management in each version, and
 * which fields a request to an endpoint cannot own: the main one not `status`,
 * the status subresource nothing else.
 */
export function fieldVersionsOf(
  resource: Resource,
  subresource: string,
): FieldVersions {
  const served = (apiVersion: string) => {
    const { group, version } = splitApiVersion(apiVersion);
    return resource.convert || group === resource.group
      ? versionOf(resource, version)
      : undefined;
  };
  return {
    convert(object: JsonObject | undefined, apiVersion: string) {
      const version = served(apiVersion);
      if (!version) return undefined;
      return {
        type: version.type,
        value: object && inVersion(resource, object, apiVersion),
      };
    },
    filter(set: FieldSet, apiVersion: string) {
      if (subresource === 'status') {
        return resource.custom
          ? set.only(['status'])
          : set.recursiveDifference(SPEC_AND_LABELS);
      }
      return hasSubresource(served(apiVersion), 'status')
        ? set.recursiveDifference(STATUS)
        : set;
    },
  };
}
