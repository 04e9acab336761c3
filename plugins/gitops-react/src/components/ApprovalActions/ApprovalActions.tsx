import { useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button } from '@backstage/ui';
import type { RegistrationRow } from '@backstage-gitops/plugin-gitops-common';
import {
  RegistrationDecision,
  useRegistrationDecision,
} from '../../hooks/useRegistrationDecision';
import { gitopsReactTranslationRef } from '../../text/translation';
import { adviceFor } from '../ErrorPanel/adviceFor';
import { DecisionDialog } from './DecisionDialog';
import styles from './ApprovalActions.module.css';

/** @public */
export interface ApprovalActionsProps {
  registration: RegistrationRow;
}

/**
 * The buttons Approve and Reject of a manifest that no claim is about, for
 * whoever may; shows nothing for any other.
 *
 * @public
 */
export function ApprovalActions(props: ApprovalActionsProps) {
  const { registration } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const { decide, isRunning, failure, dismiss } =
    useRegistrationDecision(registration);
  const [asking, setAsking] = useState<RegistrationDecision>();
  const waits = registration.state === 'PendingApproval';
  const isRejected = registration.code === 'ApprovalRefused';
  if (!registration.may?.approve || !(waits || isRejected)) return null;
  return (
    <div
      className={styles.actions}
      role="group"
      aria-label={t('approval.label')}
    >
      <Button
        variant="primary"
        size="small"
        isPending={isRunning}
        onPress={() => setAsking('approve')}
      >
        {t('approval.approve')}
      </Button>
      {waits && (
        <Button
          variant="secondary"
          size="small"
          isDisabled={isRunning}
          onPress={() => setAsking('reject')}
        >
          {t('approval.reject')}
        </Button>
      )}
      {failure && (
        <Alert
          status="danger"
          icon
          role="alert"
          title={t('approval.failed')}
          description={`${failure.message} ${t(`advice.${adviceFor(failure)}`)}`}
          customActions={
            <Button size="small" variant="tertiary" onPress={dismiss}>
              {t('actions.dismiss')}
            </Button>
          }
        />
      )}
      {asking && (
        <DecisionDialog
          decision={asking}
          registration={registration}
          onClose={() => setAsking(undefined)}
          onDecide={request => {
            setAsking(undefined);
            decide(asking, request);
          }}
        />
      )}
    </div>
  );
}
