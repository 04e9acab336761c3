import { useId, useState } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  ButtonIcon,
  Menu,
  MenuItem,
  MenuTrigger,
  VisuallyHidden,
} from '@backstage/ui';
import {
  gitopsObjectReconcilePermission,
  gitopsObjectSuspendPermission,
  kindByName,
  ObjectDetail,
} from '@backstage-gitops/plugin-gitops-common';
import {
  RiArrowDownSLine,
  RiPauseLine,
  RiPlayLine,
  RiRefreshLine,
} from '@remixicon/react';
import { GitopsAction, useGitopsActions } from '../../hooks/useGitopsActions';
import { gitopsReactTranslationRef } from '../../text/translation';
import { adviceFor } from '../ErrorPanel/adviceFor';
import { SuspendDialog } from './SuspendDialog';
import styles from './ObjectActions.module.css';

/** @public */
export interface ObjectActionsProps {
  object: Pick<ObjectDetail, 'key' | 'may' | 'suspended' | 'source'>;
}

/**
 * The buttons Reconcile, Suspend and Resume; the first not for kinds that only hold
 * settings. What is asked for shows at once;
 * a button that cannot be used says why.
 *
 * @public
 */
export function ObjectActions(props: ObjectActionsProps) {
  const { key, may, suspended, source } = props.object;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const actions = useGitopsActions(key);
  const [asking, setAsking] = useState(false);
  const reasonId = useId();

  const label = (action: GitopsAction) => t(`actions.${action}`);
  const switching: GitopsAction = suspended ? 'resume' : 'suspend';
  const isReconciled = kindByName(key.kind)?.hasStatus !== false;
  const reasons = [
    isReconciled &&
      !may.reconcile &&
      t('actions.needsPermission', {
        action: label('reconcile'),
        permission: gitopsObjectReconcilePermission.name,
      }),
    !may.suspend &&
      t('actions.needsPermission', {
        action: label(switching),
        permission: gitopsObjectSuspendPermission.name,
      }),
  ].filter(Boolean);
  const { running, failure, accepted } = actions;
  const canReconcile = may.reconcile && !suspended && running === undefined;

  return (
    <div
      className={styles.actions}
      role="group"
      aria-label={t('actions.label')}
    >
      <div className={styles.buttons}>
        {isReconciled && (
          <Button
            variant={suspended ? 'secondary' : 'primary'}
            size="small"
            iconStart={<RiRefreshLine aria-hidden />}
            isDisabled={!canReconcile}
            isPending={running === 'reconcile'}
            aria-describedby={reasonId}
            onPress={() => actions.reconcile()}
          >
            {label('reconcile')}
          </Button>
        )}
        {source && canReconcile && (
          <MenuTrigger>
            <ButtonIcon
              size="small"
              variant="secondary"
              icon={<RiArrowDownSLine aria-hidden />}
              aria-label={t('actions.more')}
            />
            <Menu>
              <MenuItem
                onAction={() => actions.reconcile({ withSource: true })}
              >
                {t('actions.reconcileWithSource')}
              </MenuItem>
            </Menu>
          </MenuTrigger>
        )}
        {suspended ? (
          <Button
            variant="primary"
            size="small"
            iconStart={<RiPlayLine aria-hidden />}
            isDisabled={!may.suspend || running !== undefined}
            isPending={running === 'resume'}
            aria-describedby={reasonId}
            onPress={() => actions.resume()}
          >
            {label('resume')}
          </Button>
        ) : (
          <Button
            variant="secondary"
            size="small"
            iconStart={<RiPauseLine aria-hidden />}
            isDisabled={!may.suspend || running !== undefined}
            isPending={running === 'suspend'}
            aria-describedby={reasonId}
            onPress={() => setAsking(true)}
          >
            {label('suspend')}
          </Button>
        )}
      </div>
      <div id={reasonId} className={styles.reasons}>
        {reasons.map(reason => (
          <div key={String(reason)}>{reason}</div>
        ))}
        {isReconciled && may.reconcile && suspended && (
          <VisuallyHidden>{t('actions.suspendedFirst')}</VisuallyHidden>
        )}
      </div>
      <div role="status" className={styles.accepted}>
        {accepted === 'reconcile' && t('actions.reconcileAsked')}
        {/* To be seen by the state itself. */}
        {accepted && accepted !== 'reconcile' && (
          <VisuallyHidden>{t(`actions.${accepted}Asked`)}</VisuallyHidden>
        )}
      </div>
      {failure && (
        <Alert
          status="danger"
          icon
          role="alert"
          className={styles.failure}
          title={t('actions.failed', { action: label(failure.action) })}
          description={`${failure.error.message} ${t(`advice.${adviceFor(failure.error)}`)}`}
          customActions={
            <Button size="small" variant="tertiary" onPress={actions.dismiss}>
              {t('actions.dismiss')}
            </Button>
          }
        />
      )}
      <SuspendDialog
        objectKey={key}
        isOpen={asking}
        onClose={() => setAsking(false)}
        onSuspend={reason => {
          setAsking(false);
          actions.suspend({ reason });
        }}
      />
    </div>
  );
}
