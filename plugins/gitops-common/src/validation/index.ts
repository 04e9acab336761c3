export { withDefaults } from './defaults';
export { validate } from './validate';
export type { ValidationResult } from './validate';
