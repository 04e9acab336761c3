export { ConditionSet } from './conditionSet';
export type { ConditionSetOptions } from './conditionSet';
export { ConditionType, NEGATIVE_CONDITION_TYPES, Reason } from './constants';
export { cutMessage, MAX_MESSAGE_LENGTH } from './message';
export { sortConditions } from './order';
export { isSuspended, STATUS_WORDS, statusOf } from './statusOf';
export type { ObjectStatus, StatusWord } from './statusOf';
export { summarizeReady } from './summary';
export type { ReadySummary } from './summary';
