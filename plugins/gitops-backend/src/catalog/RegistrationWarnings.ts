import {
  ObjectKey,
  ObjectWarning,
} from '@backstage-gitops/plugin-gitops-common';
import { WarningsSource } from '../api/objects/sources';
import { RegistrationStore } from './RegistrationStore';

/** Tells of an object what was found when its manifest was registered. */
export class RegistrationWarnings implements WarningsSource {
  private readonly store: Pick<RegistrationStore, 'ofObject'>;

  constructor(options: { store: Pick<RegistrationStore, 'ofObject'> }) {
    this.store = options.store;
  }

  async warningsFor(key: ObjectKey): Promise<ObjectWarning[]> {
    const registrations = await this.store.ofObject(key);
    return registrations.flatMap(
      ({ state, code, message, entityRef, warnings }) =>
        state && state !== 'Applied' && code && message
          ? [
              {
                code,
                message: `${entityRef}: ${message}`,
                severity: state === 'Orphaned' ? 'warning' : 'error',
                from: 'catalog',
              } as const,
              ...warnings,
            ]
          : warnings,
    );
  }
}
