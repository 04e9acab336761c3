export { ChartRenderer } from './ChartRenderer';
export type { RenderOptions } from './ChartRenderer';
export { LookupTable } from './LookupTable';
export type { PostRenderDocument, PostRenderer } from './postRender';
export { renderChart } from './renderChart';
export type { RenderChartOptions, RenderedChart } from './renderChart';
export { RenderError } from './RenderError';
export type { RenderErrorCode } from './RenderError';
export type { Lookup, LookupQuery } from './RenderState';
