import { Config } from '@backstage/config';
import { DoctorCheck, Finding } from '../DoctorCheck';

const KEY = 'backend.auth.dangerouslyDisableDefaultAuthPolicy';

/** Requests without credentials must not reach the API. */
export function hostAuth(config: Config): DoctorCheck {
  return {
    id: 'host.auth',
    run: async (): Promise<Finding[]> =>
      config.getOptionalBoolean(KEY)
        ? [
            {
              level: 'error',
              title: 'The backend takes requests of anybody',
              meaning: `${KEY} is true: plugins do not ask who calls them.`,
              action:
                'Remove the line from app-config, and restart the backend.',
            },
          ]
        : [
            {
              level: 'ok',
              title: 'The backend takes requests with credentials only',
            },
          ],
  };
}
