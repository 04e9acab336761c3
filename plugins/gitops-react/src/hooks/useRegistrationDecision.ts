import { useEffect, useRef, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import type { RegistrationRow } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { asError } from '../live/errors';
import { useLive } from '../live/GitopsLiveProvider';

/** @public */
export type RegistrationDecision = 'approve' | 'reject';

/** @public */
export interface DecisionRequest {
  serviceAccount?: string;
  reason?: string;
}

/**
 * Decides about a registered manifest that no claim is about. The promise never
 * rejects: what went wrong is in `failure`.
 *
 * @public
 */
export function useRegistrationDecision(registration: RegistrationRow): {
  decide(
    decision: RegistrationDecision,
    request: DecisionRequest,
  ): Promise<void>;
  isRunning: boolean;
  failure?: Error;
  dismiss(): void;
} {
  const api = useApi(gitopsApiRef);
  const { feed } = useLive();
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const { entityRef, home, object } = registration;
  return {
    decide: async (decision, { serviceAccount, reason = '' }) => {
      setRunning(true);
      setFailure(undefined);
      try {
        await (decision === 'approve'
          ? api.approveRegistration(entityRef, {
              ...(serviceAccount && { serviceAccount }),
              ...(reason && { reason }),
            })
          : api.rejectRegistration(entityRef, { reason }));
        if (home) feed.announce([{ home, ...object }]);
      } catch (thrown) {
        if (mounted.current) setFailure(asError(thrown));
      } finally {
        if (mounted.current) setRunning(false);
      }
    },
    isRunning,
    failure,
    dismiss: () => setFailure(undefined),
  };
}
