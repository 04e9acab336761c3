export type { GitopsApi, GitopsRequestOptions } from './GitopsApi';
export { GitopsApiError } from './GitopsApiError';
export type { GitopsApiErrorCode } from './GitopsApiError';
export { GitopsClient } from './GitopsClient';
export type { GitopsClientOptions } from './GitopsClient';
export * from './catalogErrors';
export * from './publishedEntities';
export * from './registrations';
export * from './types';
