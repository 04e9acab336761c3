/**
 * Components and hooks that show and steer GitOps objects in a Backstage app.
 *
 * @packageDocumentation
 */
export { gitopsApiRef } from './api/gitopsApiRef';
export { ApprovalActions } from './components/ApprovalActions/ApprovalActions';
export type { ApprovalActionsProps } from './components/ApprovalActions/ApprovalActions';
export { CatalogErrorsList } from './components/CatalogErrorsList/CatalogErrorsList';
export type { CatalogErrorsListProps } from './components/CatalogErrorsList/CatalogErrorsList';
export { HistoryList } from './components/HistoryList/HistoryList';
export type { HistoryListProps } from './components/HistoryList/HistoryList';
export { ConditionList } from './components/ConditionList/ConditionList';
export type { ConditionListProps } from './components/ConditionList/ConditionList';
export { HeldPruneNotice } from './components/HeldPruneNotice/HeldPruneNotice';
export type { HeldPruneNoticeProps } from './components/HeldPruneNotice/HeldPruneNotice';
export { DeleteObject } from './components/DeleteObject/DeleteObject';
export type { DeleteObjectProps } from './components/DeleteObject/DeleteObject';
export { EmptyState } from './components/EmptyState/EmptyState';
export type { EmptyStateProps } from './components/EmptyState/EmptyState';
export { ErrorPanel } from './components/ErrorPanel/ErrorPanel';
export type { ErrorPanelProps } from './components/ErrorPanel/ErrorPanel';
export { EventList } from './components/EventList/EventList';
export type { EventListProps } from './components/EventList/EventList';
export { Facts } from './components/Facts/Facts';
export type { Fact, FactsProps } from './components/Facts/Facts';
export {
  ForbiddenState,
  isForbidden,
} from './components/ForbiddenState/ForbiddenState';
export type { ForbiddenStateProps } from './components/ForbiddenState/ForbiddenState';
export { LiveIndicator } from './components/Freshness/LiveIndicator';
export { StaleNotice } from './components/Freshness/StaleNotice';
export type { StaleNoticeProps } from './components/Freshness/StaleNotice';
export { GitopsStatus } from './components/GitopsStatus/GitopsStatus';
export type { GitopsStatusProps } from './components/GitopsStatus/GitopsStatus';
export { ImageCandidateList } from './components/ImageTags/ImageCandidateList';
export type { ImageCandidateListProps } from './components/ImageTags/ImageCandidateList';
export { ImageTagList } from './components/ImageTags/ImageTagList';
export type { ImageTagListProps } from './components/ImageTags/ImageTagList';
export { NotificationList } from './components/Notifications/NotificationList';
export type { NotificationListProps } from './components/Notifications/NotificationList';
export { useGitopsNotifications } from './hooks/useGitopsNotifications';
export { ImagePushList } from './components/ImageUpdates/ImagePushList';
export type { ImagePushListProps } from './components/ImageUpdates/ImagePushList';
export { UpdatePreview } from './components/ImageUpdates/UpdatePreview';
export type { UpdatePreviewProps } from './components/ImageUpdates/UpdatePreview';
export { UpdateSteps } from './components/ImageUpdates/UpdateSteps';
export type { UpdateStepsProps } from './components/ImageUpdates/UpdateSteps';
export { InventoryList } from './components/InventoryList/InventoryList';
export type { InventoryListProps } from './components/InventoryList/InventoryList';
export { ObjectActions } from './components/ObjectActions/ObjectActions';
export type { ObjectActionsProps } from './components/ObjectActions/ObjectActions';
export { ObjectFilters } from './components/ObjectFilters/ObjectFilters';
export type {
  ObjectFiltersProps,
  ObjectFilterValues,
} from './components/ObjectFilters/ObjectFilters';
export { ObjectLink } from './components/ObjectLink/ObjectLink';
export type { ObjectLinkProps } from './components/ObjectLink/ObjectLink';
export { ObjectsTable } from './components/ObjectsTable/ObjectsTable';
export type { ObjectsTableProps } from './components/ObjectsTable/ObjectsTable';
export { DeliveryFlow } from './components/ObjectSummary/DeliveryFlow';
export type { DeliveryFlowProps } from './components/ObjectSummary/DeliveryFlow';
export {
  ObjectHeading,
  StatusSentence,
} from './components/ObjectSummary/ObjectHeading';
export type { ObjectHeadingProps } from './components/ObjectSummary/ObjectHeading';
export { ObjectSummary } from './components/ObjectSummary/ObjectSummary';
export type { ObjectSummaryProps } from './components/ObjectSummary/ObjectSummary';
export {
  Countdown,
  RelativeTime,
} from './components/RelativeTime/RelativeTime';
export type {
  CountdownProps,
  RelativeTimeProps,
} from './components/RelativeTime/RelativeTime';
export { RegistrationNotice } from './components/RegistrationNotice/RegistrationNotice';
export type { RegistrationNoticeProps } from './components/RegistrationNotice/RegistrationNotice';
export { RegistrationsList } from './components/RegistrationsList/RegistrationsList';
export type { RegistrationsListProps } from './components/RegistrationsList/RegistrationsList';
export { RevisionText } from './components/RevisionText/RevisionText';
export type { RevisionTextProps } from './components/RevisionText/RevisionText';
export { Snippet } from './components/Snippet/Snippet';
export type { SnippetProps } from './components/Snippet/Snippet';
export { Warnings } from './components/Warnings/Warnings';
export type { WarningsProps } from './components/Warnings/Warnings';
export { useGitopsActions } from './hooks/useGitopsActions';
export type { GitopsAction, GitopsActions } from './hooks/useGitopsActions';
export { useGitopsCatalogErrors } from './hooks/useGitopsCatalogErrors';
export { useGitopsDoctor } from './hooks/useGitopsDoctor';
export { useGitopsEvents } from './hooks/useGitopsEvents';
export { useGitopsHomes } from './hooks/useGitopsHomes';
export {
  useGitopsImageCandidates,
  useGitopsImagePushes,
  useGitopsImageTags,
} from './hooks/useGitopsImages';
export { useGitopsObject } from './hooks/useGitopsObject';
export { useGitopsObjects } from './hooks/useGitopsObjects';
export { useGitopsRegistration } from './hooks/useGitopsRegistration';
export { useGitopsRegistrations } from './hooks/useGitopsRegistrations';
export { useRegistrationDecision } from './hooks/useRegistrationDecision';
export type {
  DecisionRequest,
  RegistrationDecision,
} from './hooks/useRegistrationDecision';
export { GitopsLinksProvider, useGitopsLinks } from './links/GitopsLinks';
export type { GitopsLinks } from './links/GitopsLinks';
export type { FeedConnection, FeedState } from './live/ChangeFeed';
export {
  GitopsLiveProvider,
  useGitopsConnection,
} from './live/GitopsLiveProvider';
export type { LiveResult } from './live/useLiveData';
export { gitopsReactTranslationRef } from './text/translation';
