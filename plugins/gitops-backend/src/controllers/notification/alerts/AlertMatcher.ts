import { assertError } from '@backstage/errors';
import { Alert } from '@backstage-gitops/plugin-gitops-common';
import { RE2JS } from 're2js';
import { HomeEvent } from '../events/EventOutbox';

/** An entry of a list that is no regular expression. */
export interface InvalidExpression {
  list: 'inclusion' | 'exclusion';
  text: string;
  problem: string;
}

/** Which events an Alert is about (Flux 2.9), compiled once. */
export class AlertMatcher {
  /** Entries that are left out of their lists. */
  readonly invalid: readonly InvalidExpression[];
  private readonly inclusions: readonly RE2JS[] | undefined;
  private readonly exclusions: readonly RE2JS[];

  constructor(readonly alert: Alert) {
    const invalid: InvalidExpression[] = [];
    const compile = (list: InvalidExpression['list'], texts: string[]) =>
      texts.flatMap(text => {
        try {
          return RE2JS.compile(text);
        } catch (error) {
          assertError(error);
          invalid.push({ list, text, problem: error.message });
          return [];
        }
      });
    const { inclusionList = [], exclusionList = [] } = alert.spec;
    this.inclusions =
      inclusionList.length > 0
        ? compile('inclusion', inclusionList)
        : undefined;
    this.exclusions = compile('exclusion', exclusionList);
    this.invalid = invalid;
  }

  matches({ event, labels }: HomeEvent): boolean {
    const { message } = event;
    return (
      !this.alert.spec.suspend &&
      this.isSource(event, labels) &&
      (this.inclusions?.some(each => each.test(message)) ?? true) &&
      !this.exclusions.some(each => each.test(message))
    );
  }

  private isSource(
    { involvedObject, severity }: HomeEvent['event'],
    labels: HomeEvent['labels'],
  ): boolean {
    const { metadata, spec } = this.alert;
    const wanted = spec.eventSeverity ?? 'info';
    if (wanted !== 'info' && wanted !== severity) {
      return false;
    }
    return spec.eventSources.some(
      ({ kind, name, namespace = metadata.namespace, matchLabels = {} }) =>
        kind === involvedObject.kind &&
        namespace === involvedObject.namespace &&
        (name === '*' || name === involvedObject.name) &&
        Object.entries(matchLabels).every(
          ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
        ),
    );
  }
}
