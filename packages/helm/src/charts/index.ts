export { Chart } from './Chart';
export type { ChartFile } from './Chart';
export { ChartError } from './ChartError';
export type { ChartErrorCode } from './ChartError';
export type { ChartLimits } from './ChartLimits';
export type {
  ChartDependency,
  ChartLock,
  ChartMaintainer,
  ChartMetadata,
} from './ChartMetadata';
export { checkInstallable, checkKubeVersion } from './checkChart';
export { DiskChartDirectory } from './DiskChartDirectory';
export { HelmIgnore } from './HelmIgnore';
export { loadChartArchive } from './loadChartArchive';
export { loadChartDirectory } from './loadChartDirectory';
export type { ChartDirectory, ChartDirectoryEntry } from './loadChartDirectory';
export { loadChartFiles } from './loadChartFiles';
export type { LoadOptions } from './loadChartFiles';
export { processDependencies } from './processDependencies';
