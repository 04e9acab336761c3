export { SchemaError } from './SchemaError';
export type { SchemaErrorCode } from './SchemaError';
export { validateValues } from './validateValues';
export type { SchemaOptions } from './validateValues';
