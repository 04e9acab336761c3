import { GitopsObject } from '../objects';
import { AGE_COLUMN, defineKind } from './kind';
import {
  CrossNamespaceObjectReference,
  crossNamespaceFields,
} from './notified';
import { LocalObjectReference, localRef } from './references';
import {
  boolean,
  choice,
  list,
  object,
  required,
  string,
  stringMap,
} from './schema';

/**
 * Alert, notification.toolkit.fluxcd.io/v1beta3 (Flux 2.9): which events are sent
 * where. It has no status.
 *
 * @public
 */
export type Alert = GitopsObject<AlertSpec, never>;

/** @public */
export interface AlertSpec {
  providerRef: LocalObjectReference;
  /** Any one suffices. */
  eventSources: CrossNamespaceObjectReference[];
  /** Default `info`, which is everything. */
  eventSeverity?: 'info' | 'error';
  /** Regular expressions over messages; any one suffices. */
  inclusionList?: string[];
  /** Regular expressions over messages; any one suffices to drop it. */
  exclusionList?: string[];
  eventMetadata?: Record<string, string>;
  /** Older form of `eventMetadata.summary`. */
  summary?: string;
  suspend?: boolean;
}

const spec = object<AlertSpec>('Which events are sent where.', {
  providerRef: required(
    localRef('Provider that sends them, in the same namespace.'),
  ),
  eventSources: required(
    list(
      'Objects whose events count; any one suffices.',
      object<CrossNamespaceObjectReference>(
        'One object, or all of a kind.',
        crossNamespaceFields,
      ),
    ),
  ),
  eventSeverity: choice(
    'Least severity; info is everything.',
    ['info', 'error'],
    { default: 'info' },
  ),
  inclusionList: list(
    'Regular expressions, of which a message must match one.',
    string('A regular expression.'),
  ),
  exclusionList: list(
    'Regular expressions, of which a message must match none.',
    string('A regular expression.'),
  ),
  eventMetadata: stringMap('Metadata to add to the events.'),
  summary: string('Text to add to the events.', {
    maxLength: 255,
    deprecated: 'use eventMetadata with the key summary',
  }),
  suspend: boolean('Stops sending.'),
});

/** @public */
export const alertKind = defineKind({
  kind: 'Alert',
  group: 'notification.toolkit.fluxcd.io',
  plural: 'alerts',
  shortNames: [],
  category: 'fluxcd-notifications',
  controller: 'notification',
  servedVersion: 'v1beta3',
  versions: ['v1alpha1', 'v1beta1', 'v1beta2', 'v1beta3'],
  description: 'Which events are sent where.',
  printerColumns: [AGE_COLUMN],
  spec,
});
