import { Alert, alertKind } from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../../homes/Home';
import { HomeEvent } from '../events/EventOutbox';
import { AlertMatcher } from './AlertMatcher';

/** The Alerts of a home as its watch shows them, by the kinds they are about. */
export class AlertIndex {
  /** By object: a changed Alert is another one. */
  private static readonly compiled = new WeakMap<Alert, AlertMatcher>();
  private readonly byKind = new Map<string, AlertMatcher[]>();

  constructor(home: Home) {
    for (const object of home.cache.list(alertKind.kind)) {
      const alert = object as Alert;
      let matcher = AlertIndex.compiled.get(alert);
      if (!matcher) {
        matcher = new AlertMatcher(alert);
        AlertIndex.compiled.set(alert, matcher);
      }
      for (const kind of new Set(alert.spec.eventSources.map(e => e.kind))) {
        this.byKind.set(kind, [...(this.byKind.get(kind) ?? []), matcher]);
      }
    }
  }

  /** Those that an event is sent by, without those of other namespaces where refused. */
  matching(event: HomeEvent): AlertMatcher[] {
    const { kind } = event.event.involvedObject;
    return (this.byKind.get(kind) ?? []).filter(each => each.matches(event));
  }
}
