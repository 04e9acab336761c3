import { Chart, loadChartFiles } from '../charts';

const CHART = 'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "9"\n';

/** A chart `web` of these files; text by path. */
export function chartOf(
  files: Readonly<Record<string, string>>,
): Promise<Chart> {
  return loadChartFiles(
    Object.entries({ 'Chart.yaml': CHART, ...files }).map(([name, text]) => ({
      name,
      data: new TextEncoder().encode(text),
    })),
  );
}
