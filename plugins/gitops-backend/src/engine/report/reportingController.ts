import { GitopsKind } from '@backstage-gitops/plugin-gitops-common';

const OTHERS: Readonly<Record<string, string>> = {
  ImageRepository: 'image-reflector-controller',
  ImagePolicy: 'image-reflector-controller',
  ImageUpdateAutomation: 'image-automation-controller',
  ArtifactGenerator: 'source-watcher',
};

/** The controller that says so in Flux; filters and tools know its name. */
export function reportingControllerOf({
  kind,
  controller,
}: GitopsKind): string {
  return OTHERS[kind] ?? `${controller}-controller`;
}
