/**
 * Go's text/template language: templates compiled to closures.
 *
 * @packageDocumentation
 */
export { CompiledTemplate } from './compile/CompiledTemplate';
export { executeTemplate } from './executeTemplate';
export { Run } from './execute/Run';
export type { ExecuteLimits } from './execute/Run';
export { TemplateSet } from './execute/TemplateSet';
export type { MissingKey, ParsedTemplates } from './execute/TemplateSet';
export { formatFloat } from './format/formatFloat';
export type { FloatForm } from './format/formatFloat';
export { goQuote, goQuoteRune } from './format/quote';
export { sprint, sprintln } from './format/sprint';
export { sprintf } from './format/sprintf';
export { BUILTINS } from './functions/builtins';
export { escapeHtml, escapeJs, escapeQuery } from './functions/escape';
export { GoError, goFunction } from './functions/goFunction';
export { TemplateError } from './TemplateError';
export type { TemplateErrorCode } from './TemplateError';
export { TemplateParser } from './TemplateParser';
export { decodeTagged } from './values/decodeTagged';
export type { OtherTags } from './values/decodeTagged';
export { entryOf, sortedEntries, sortedKeys } from './values/entries';
export * from './values/GoObject';
export * from './values/GoType';
export {
  elementsOf,
  isBytes,
  isMap,
  isNil,
  isTrue,
  kindOf,
  lengthOf,
  plain,
  typeOf,
} from './values/inspect';
export type { GoMap } from './values/inspect';
export {
  byteLength,
  compareStrings,
  decodeUtf8,
  encodeUtf8,
} from './values/utf8';
export { zeroOf } from './values/zero';
