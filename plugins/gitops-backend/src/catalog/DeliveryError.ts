import { CustomErrorBase } from '@backstage/errors';
import { ObjectWarning } from '@backstage-gitops/plugin-gitops-common';
import { RegistrationCode, RegistrationState } from './Registration';

/** A registered manifest does not reach its home, and why. */
export class DeliveryError extends CustomErrorBase {
  readonly name = 'DeliveryError';
  readonly code: RegistrationCode;
  readonly state: RegistrationState;
  /** What was found wrong, piece by piece. */
  readonly warnings: ObjectWarning[];

  constructor(options: {
    state: RegistrationState;
    code: RegistrationCode;
    message: string;
    warnings?: ObjectWarning[];
  }) {
    super(options.message);
    this.code = options.code;
    this.state = options.state;
    this.warnings = options.warnings ?? [];
  }
}
