import { Controller } from '@backstage-gitops/plugin-gitops-common';

/** Flux's controllers (2.9) and ours for the same kinds. */
const CONTROLLERS: ReadonlyMap<string, Controller> = new Map([
  ['source-controller', 'source'],
  ['source-watcher', 'source'],
  ['kustomize-controller', 'kustomize'],
  ['helm-controller', 'helm'],
  ['image-reflector-controller', 'image'],
  ['image-automation-controller', 'image'],
  ['notification-controller', 'notification'],
]);

/** The controller of Flux that a Deployment of this name runs; also as a shard. */
export function fluxControllerOf(name: string): string | undefined {
  return [...CONTROLLERS.keys()].find(
    flux => name === flux || name.startsWith(`${flux}-`),
  );
}

/** Our controller for what a Deployment of Flux of this name reconciles. */
export function controllerOf(name: string): Controller | undefined {
  return CONTROLLERS.get(fluxControllerOf(name) ?? '');
}
