import type { ReactNode } from 'react';
import type { ObjectDetail } from '@backstage-gitops/plugin-gitops-common';
import {
  ConditionList,
  EventList,
  HistoryList,
  ImageCandidateList,
  ImagePushList,
  ImageTagList,
  InventoryList,
  NotificationList,
  UpdatePreview,
} from '@backstage-gitops/plugin-gitops-react';

/** A part of what there is to show of an object, beside its summary. */
export type Section =
  | 'candidates'
  | 'tags'
  | 'inventory'
  | 'updates'
  | 'preview'
  | 'notifications'
  | 'conditions'
  | 'history'
  | 'events';

const OF_ALL: readonly Section[] = ['conditions', 'events'];
const OF_DELIVERIES: readonly Section[] = [
  'inventory',
  'conditions',
  'history',
  'events',
];
const BY_KIND: Readonly<Record<string, readonly Section[]>> = {
  ImageRepository: ['tags', ...OF_ALL],
  ImagePolicy: ['candidates', ...OF_ALL],
  ImageUpdateAutomation: ['updates', 'preview', ...OF_ALL],
  Alert: ['notifications', 'events'],
  Provider: ['notifications', 'events'],
  ArtifactGenerator: ['inventory', ...OF_ALL],
  HelmRelease: OF_DELIVERIES,
  Kustomization: ['inventory', 'updates', 'conditions', 'history', 'events'],
};

/** What there is to show of the objects of a kind, the most telling first. */
export function sectionsOf(kind: string): readonly Section[] {
  return BY_KIND[kind] ?? OF_ALL;
}

/** Without those that have nothing to say of this object. */
export function tabsOf(
  kind: string,
  detail: ObjectDetail | undefined,
  selected: string,
): readonly Section[] {
  const isUpdated = kind !== 'Kustomization' || detail?.updatedBy;
  return sectionsOf(kind).filter(
    section => section !== 'updates' || isUpdated || section === selected,
  );
}

const PARTS: Readonly<Record<Section, (detail: ObjectDetail) => ReactNode>> = {
  candidates: ({ key }) => <ImageCandidateList objectKey={key} />,
  tags: ({ key }) => <ImageTagList objectKey={key} />,
  inventory: ({ inventory }) => <InventoryList items={inventory} />,
  updates: ({ key }) => <ImagePushList objectKey={key} />,
  preview: ({ key }) => <UpdatePreview objectKey={key} />,
  notifications: ({ key }) => <NotificationList objectKey={key} />,
  history: ({ history }) => <HistoryList history={history} />,
  events: ({ key }) => <EventList objectKey={key} />,
  conditions: ({ conditions, metadata }) => (
    <ConditionList conditions={conditions} generation={metadata.generation} />
  ),
};

/** One of those that {@link sectionsOf} the object's kind names. */
export function ObjectSection(props: {
  detail: ObjectDetail;
  section: Section;
}): ReactNode {
  return PARTS[props.section](props.detail);
}
