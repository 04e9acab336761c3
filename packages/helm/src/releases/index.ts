export { decodeRelease } from './decodeRelease';
export type { DecodeReleaseOptions } from './decodeRelease';
export { encodeRelease } from './encodeRelease';
export { RECORD_TYPE, recordLabels, recordName } from './recordLabels';
export type { RecordTime } from './recordLabels';
export type {
  ApplyMethod,
  HookExecution,
  HookPhase,
  Release,
  ReleaseHook,
  ReleaseInfo,
  ReleaseStatus,
} from './Release';
export { ReleaseError } from './ReleaseError';
export type { ReleaseErrorCode } from './ReleaseError';
export { writeObservationJson } from './writeObservationJson';
export { writeReleaseJson } from './writeReleaseJson';
