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
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import styles from './ObjectActions.module.css';

interface SuspendDialogProps {
  objectKey: ObjectKey;
  isOpen: boolean;
  onClose(): void;
  /** `undefined` where no reason was given. */
  onSuspend(reason: string | undefined): void;
}

/** Says what suspending does, and asks why. */
export function SuspendDialog(props: SuspendDialogProps) {
  const { objectKey, isOpen, onClose, onSuspend } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [reason, setReason] = useState('');
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    onSuspend(reason.trim() || undefined);
    setReason('');
  };
  return (
    <Dialog
      isOpen={isOpen}
      isDismissable
      width={480}
      onOpenChange={open => !open && onClose()}
    >
      <DialogHeader>
        {t('actions.suspendTitle', { object: formatObject(objectKey) })}
      </DialogHeader>
      <DialogBody>
        <form onSubmit={submit} className={styles.form}>
          <Text as="p">{t('actions.suspendText')}</Text>
          <TextField
            label={t('actions.reason')}
            description={t('actions.reasonHint')}
            maxLength={500}
            value={reason}
            onChange={setReason}
          />
        </form>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          {t('actions.cancel')}
        </Button>
        <Button variant="primary" onPress={() => submit()}>
          {t('actions.suspend')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
