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
import type {
  HeldPruneDetail,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { gitopsReactTranslationRef } from '../../text/translation';
import styles from './HeldPruneNotice.module.css';

interface ApprovePruneDialogProps {
  objectKey: ObjectKey;
  held: HeldPruneDetail;
  onClose(): void;
  onApprove(): void;
}

/** Asks for the name of the object, as deleting it would. */
export function ApprovePruneDialog(props: ApprovePruneDialogProps) {
  const { objectKey, held, onClose, onApprove } = props;
  const { name, home } = objectKey;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [typed, setTyped] = useState('');
  const isSure = typed.trim() === name;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (isSure) onApprove();
  };
  return (
    <Dialog
      isOpen
      isDismissable
      width={480}
      onOpenChange={open => !open && onClose()}
    >
      <DialogHeader>{t('heldPrune.title', { count: held.count })}</DialogHeader>
      <DialogBody>
        <form onSubmit={submit} className={styles.form}>
          <Text as="p">{t('heldPrune.warning', { home })}</Text>
          <TextField
            label={t('heldPrune.confirm', { name })}
            value={typed}
            onChange={setTyped}
          />
        </form>
      </DialogBody>
      <DialogFooter>
        <Button variant="secondary" onPress={onClose}>
          {t('actions.cancel')}
        </Button>
        <Button
          variant="primary"
          destructive
          isDisabled={!isSure}
          onPress={() => submit()}
        >
          {t('heldPrune.approve')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
