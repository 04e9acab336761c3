import { build, MemoryFileSystem } from '@backstage-gitops/kustomize';
import { measure } from './measure';

/** An overlay of `count` objects, half of which refer to the others. */
export function overlay(count: number): Record<string, string> {
  const files: Record<string, string> = {
    'overlay/kustomization.yaml': [
      'resources: [../base]',
      'namePrefix: prod-',
      'namespace: production',
      'labels: [{pairs: {environment: production}, includeSelectors: true}]',
      'images: [{name: app, newTag: v2}]',
    ].join('\n'),
  };
  const names: string[] = [];
  for (let index = 0; index < count / 2; index++) {
    names.push(`app-${index}.yaml`);
    files[`base/app-${index}.yaml`] = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: app-${index}}
spec:
  selector: {matchLabels: {app: app-${index}}}
  template:
    metadata: {labels: {app: app-${index}}}
    spec:
      containers:
        - name: app
          image: app:v1
          envFrom: [{configMapRef: {name: settings-${index}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings-${index}}
data: {key: "${index}"}
`;
  }
  files['base/kustomization.yaml'] = `resources: [${names.join(', ')}]\n`;
  return files;
}

/** Overlays with references between their objects, in a warm process. */
export async function benchKustomize(): Promise<void> {
  const run = (files: Record<string, string>) =>
    build({
      fileSystem: new MemoryFileSystem(files),
      path: '/overlay',
      options: {},
    }).toYaml();
  run(overlay(100));
  for (const n of [100, 1_000, 5_000, 20_000]) {
    const files = overlay(n);
    await measure('kustomize.build', n, async () => ({
      outputMB: Math.round(run(files).length / 1e5) / 10,
    }));
  }
}
