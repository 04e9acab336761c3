export { ReleaseRecords } from './ReleaseRecords';
export type {
  RecordKind,
  ReleaseHistory,
  ReleaseRecordsOptions,
  UnreadableRecord,
} from './ReleaseRecords';
export { StorageError } from './StorageError';
export type { StorageErrorCode } from './StorageError';
