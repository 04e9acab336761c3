import {
  ChartRenderer,
  RenderChartOptions,
  renderChart,
  RenderedChart,
  RenderError,
  RenderOptions,
} from '../render';
import {
  Capabilities,
  createCapabilities,
  createRenderValues,
  ReleaseOptions,
  Values,
} from '../values';
import { chartOf } from './chartOf';

const renderer = new ChartRenderer();

const RELEASE = { name: 'rel', namespace: 'shop' };

/** Renders a chart of these files as a release `rel` in `shop`. */
export async function render(
  files: Readonly<Record<string, string>>,
  options: Partial<RenderChartOptions> = {},
): Promise<RenderedChart> {
  return renderChart({
    renderer,
    chart: await chartOf(files),
    values: {},
    release: RELEASE,
    capabilities: createCapabilities(),
    ...options,
  });
}

type TextOptions = RenderOptions & {
  values?: Values;
  release?: ReleaseOptions;
  capabilities?: Capabilities;
};

/** What the templates of such a chart write, whether it is YAML or not. */
export async function renderFiles(
  files: Readonly<Record<string, string>>,
  options: TextOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const input = createRenderValues({
    chart: await chartOf(files),
    values: options.values ?? {},
    release: options.release ?? RELEASE,
    capabilities: options.capabilities ?? createCapabilities(),
  });
  return renderer.render(input, options);
}

/** What one template of the chart `web` writes. */
export async function renderText(
  text: string,
  options: TextOptions & { files?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const name = 'templates/t.yaml';
  const files = await renderFiles({ ...options.files, [name]: text }, options);
  return files.get(`web/${name}`)!;
}

/** The error of a template that cannot be rendered. */
export async function renderFailure(
  text: string,
  options?: Parameters<typeof renderText>[1],
): Promise<RenderError> {
  let output: string;
  try {
    output = await renderText(text, options);
  } catch (error) {
    if (error instanceof RenderError) {
      return error;
    }
    throw error;
  }
  throw new Error(`an error was expected, not ${JSON.stringify(output)}`);
}
