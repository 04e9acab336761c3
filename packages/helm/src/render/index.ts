export { ChartRenderer } from './ChartRenderer';
export type { RenderOptions } from './ChartRenderer';
export { RenderError } from './RenderError';
export type { RenderErrorCode } from './RenderError';
export type { Lookup, LookupQuery } from './RenderState';
