import { FormEvent, useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Text,
  TextField,
} from '@backstage/ui';
import {
  formatObject,
  RegistrationRow,
} from '@backstage-gitops/plugin-gitops-common';
import {
  DecisionRequest,
  RegistrationDecision,
} from '../../hooks/useRegistrationDecision';
import { gitopsReactTranslationRef } from '../../text/translation';
import { LocationLink } from '../RegistrationNotice/LocationLink';
import styles from './ApprovalActions.module.css';

interface DecisionDialogProps {
  decision: RegistrationDecision;
  registration: RegistrationRow;
  onClose(): void;
  onDecide(request: DecisionRequest): void;
}

/** Says what a decision comes to, and asks for what it needs. */
export function DecisionDialog(props: DecisionDialogProps) {
  const { decision, registration, onClose, onDecide } = props;
  const { home = '', object, suggestedClaim } = registration;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [reason, setReason] = useState('');
  const [serviceAccount, setServiceAccount] = useState('');
  const isApproval = decision === 'approve';
  const needsAccount = isApproval && suggestedClaim?.needsServiceAccount;
  const isComplete = isApproval
    ? !needsAccount || serviceAccount.trim() !== ''
    : reason.trim() !== '';
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!isComplete) return;
    onDecide({
      ...(reason.trim() && { reason: reason.trim() }),
      ...(isApproval &&
        serviceAccount.trim() && { serviceAccount: serviceAccount.trim() }),
    });
  };
  const names = {
    object: formatObject(object),
    namespace: object.namespace,
    home,
  };
  return (
    <Dialog
      isOpen
      isDismissable
      width={520}
      onOpenChange={open => !open && onClose()}
    >
      <DialogHeader>
        {t(
          isApproval ? 'approval.approveTitle' : 'approval.rejectTitle',
          names,
        )}
      </DialogHeader>
      <DialogBody>
        <form onSubmit={submit} className={styles.form}>
          <Text as="p">
            <LocationLink location={registration.location} />
          </Text>
          <Text as="p">
            {t(
              isApproval ? 'approval.approveText' : 'approval.rejectText',
              names,
            )}
          </Text>
          {isApproval && (
            <TextField
              label={t('approval.serviceAccount')}
              description={t(
                needsAccount
                  ? 'approval.serviceAccountNeeded'
                  : 'approval.serviceAccountHint',
                names,
              )}
              maxLength={253}
              isRequired={needsAccount}
              value={serviceAccount}
              onChange={setServiceAccount}
            />
          )}
          <TextField
            label={t('actions.reason')}
            description={t(
              isApproval ? 'approval.reasonHint' : 'approval.reasonNeeded',
            )}
            maxLength={500}
            isRequired={!isApproval}
            value={reason}
            onChange={setReason}
          />
        </form>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          {t('actions.cancel')}
        </Button>
        <Button
          variant="primary"
          isDisabled={!isComplete}
          onPress={() => submit()}
        >
          {t(isApproval ? 'approval.approve' : 'approval.reject')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
