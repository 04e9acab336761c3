export { convert } from './convert';
export type { Conversion } from './convert';
export { UnknownKindError } from './errors';
