import { useCallback, useEffect, useRef, useState } from 'react';
import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import type { ObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { stringifyObjectKey } from '@backstage-gitops/plugin-gitops-common';
import { gitopsApiRef } from '../api/gitopsApiRef';
import { asError } from '../live/errors';
import { useLive } from '../live/GitopsLiveProvider';
import type { RowPatch } from '../live/PendingChanges';
import { gitopsReactTranslationRef } from '../text/translation';

/** @public */
export type GitopsAction = 'reconcile' | 'suspend' | 'resume';

/**
 * What a user can do with an object. The promises never reject: what went
 * wrong is in `failure`.
 *
 * @public
 */
export interface GitopsActions {
  /** Asks for a run now, and for one of the source first where `withSource`. */
  reconcile(options?: { withSource?: boolean }): Promise<void>;
  suspend(options?: { reason?: string }): Promise<void>;
  resume(): Promise<void>;
  /** What is being asked for. */
  running?: GitopsAction;
  /** What the backend took up, for some seconds. */
  accepted?: GitopsAction;
  failure?: { action: GitopsAction; error: Error };
  dismiss(): void;
}

/** Long enough to be read; what came of it is in the state of the object. */
const ACCEPTED_MS = 6_000;

interface ActionState {
  key: string;
  running?: GitopsAction;
  accepted?: GitopsAction;
  failure?: { action: GitopsAction; error: Error };
}

/**
 * Acts on an object. What is asked for shows at once in everything below the
 * same `GitopsLiveProvider`, and is taken back where the backend refuses.
 *
 * @public
 */
export function useGitopsActions(key: ObjectKey): GitopsActions {
  const api = useApi(gitopsApiRef);
  const { feed, pending } = useLive();
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const id = stringifyObjectKey(key);
  const [state, setState] = useState<ActionState>({ key: id });
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const act = async (
    action: GitopsAction,
    patch: RowPatch,
    ask: () => Promise<unknown>,
  ) => {
    const tell = (next: Omit<ActionState, 'key'>) => {
      if (mounted.current) setState({ key: id, ...next });
    };
    tell({ running: action });
    pending.begin(key, patch);
    try {
      await ask();
      pending.done(key, Date.now());
      tell({ accepted: action });
      feed.announce([key]);
    } catch (thrown) {
      pending.drop(key);
      tell({ failure: { action, error: asError(thrown) } });
    }
  };
  const dismiss = useCallback(() => setState({ key: id }), [id]);
  const { accepted } = state;
  useEffect(() => {
    if (!accepted) return undefined;
    const timer = setTimeout(dismiss, ACCEPTED_MS);
    return () => clearTimeout(timer);
  }, [accepted, dismiss]);

  const since = () => new Date().toISOString();
  const current: ActionState = state.key === id ? state : { key: id };
  return {
    reconcile: options =>
      act(
        'reconcile',
        {
          status: {
            word: 'Progressing',
            sentence: t('actions.reconcileAsked'),
            since: since(),
          },
        },
        () => api.reconcileObject(key, options),
      ),
    suspend: options =>
      act(
        'suspend',
        {
          suspended: true,
          status: {
            word: 'Suspended',
            sentence: t('actions.suspendAsked'),
            since: since(),
          },
        },
        () => api.suspendObject(key, options),
      ),
    resume: () =>
      act(
        'resume',
        {
          suspended: false,
          status: {
            word: 'Progressing',
            sentence: t('actions.resumeAsked'),
            since: since(),
          },
        },
        () => api.resumeObject(key),
      ),
    running: current.running,
    accepted: current.accepted,
    failure: current.failure,
    dismiss,
  };
}
