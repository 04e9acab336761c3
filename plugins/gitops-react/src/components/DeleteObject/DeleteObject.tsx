import { FormEvent, useState } from 'react';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
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
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import { RiDeleteBinLine } from '@remixicon/react';
import { gitopsApiRef } from '../../api/gitopsApiRef';
import { asError } from '../../live/errors';
import { useLive } from '../../live/GitopsLiveProvider';
import { gitopsReactTranslationRef } from '../../text/translation';
import { adviceFor } from '../ErrorPanel/adviceFor';
import styles from './DeleteObject.module.css';

/** @public */
export interface DeleteObjectProps {
  object: Pick<ObjectDetail, 'key' | 'may' | 'metadata' | 'inventory'>;
}

/**
 * The button that deletes an object which is not registered any more, after its
 * name was typed; shows nothing to whoever may not.
 *
 * @public
 */
export function DeleteObject(props: DeleteObjectProps) {
  const { key, may, metadata } = props.object;
  const api = useApi(gitopsApiRef);
  const { feed } = useLive();
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [isAsking, setAsking] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const { uid } = metadata;
  if (!may.delete || !uid) return null;
  const remove = async () => {
    setAsking(false);
    setRunning(true);
    setFailure(undefined);
    try {
      await api.deleteObject(key, { uid });
      feed.announce([key]);
    } catch (thrown) {
      setFailure(asError(thrown));
    } finally {
      setRunning(false);
    }
  };
  return (
    <div className={styles.action}>
      <Button
        variant="secondary"
        destructive
        size="small"
        iconStart={<RiDeleteBinLine aria-hidden />}
        isPending={isRunning}
        onPress={() => setAsking(true)}
      >
        {t('deletion.ask')}
      </Button>
      {failure && (
        <Alert
          status="danger"
          icon
          role="alert"
          title={t('deletion.failed')}
          description={`${failure.message} ${t(`advice.${adviceFor(failure)}`)}`}
        />
      )}
      {isAsking && (
        <DeleteDialog
          object={props.object}
          onClose={() => setAsking(false)}
          onDelete={remove}
        />
      )}
    </div>
  );
}

function DeleteDialog(props: {
  object: DeleteObjectProps['object'];
  onClose(): void;
  onDelete(): void;
}) {
  const { object, onClose, onDelete } = props;
  const { name, home } = object.key;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const [typed, setTyped] = useState('');
  const isSure = typed.trim() === name;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (isSure) onDelete();
  };
  return (
    <Dialog
      isOpen
      isDismissable
      width={480}
      onOpenChange={open => !open && onClose()}
    >
      <DialogHeader>
        {t('deletion.title', { object: formatObject(object.key) })}
      </DialogHeader>
      <DialogBody>
        <form onSubmit={submit} className={styles.form}>
          <Text as="p">{t('deletion.text', { home })}</Text>
          {object.inventory && object.inventory.length > 0 && (
            <Text as="p">
              {t('deletion.inventory', { count: object.inventory.length })}
            </Text>
          )}
          <TextField
            label={t('deletion.confirm', { name })}
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
          {t('deletion.delete')}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
