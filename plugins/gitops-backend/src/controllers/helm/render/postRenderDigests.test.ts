import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { postRenderDigests } from './postRenderDigests';

const release = (spec: string) =>
  ({ spec: parseYaml(spec) }) as unknown as HelmRelease;

describe('postRenderDigests', () => {
  // Computed by helm-controller 1.6.
  it.each([
    [
      `
postRenderers:
- kustomize:
    patches:
    - target: {labelSelector: a=b, kind: Deployment, version: v1}
      patch: |
        - op: remove
          path: /a
    - patch: é
    images:
    - {newTag: "9", name: nginx}
    - {name: r, digest: "sha256:0", newName: q/r}
- {}
commonMetadata:
  labels: {b: "2", a: 1 < 2 & 3}
  annotations: {"9": "y", "10": x}
`,
      'sha256:abffcb063f33f79286454687b5eb5bd8c67fb1fb1843d2ab868d84b2d1042beb',
      'sha256:1f4c5803012240bf3ce11fd889f2b97d0e9bbde8917c90b03c1f05ab418a44f4',
    ],
    [
      '{postRenderers: [], commonMetadata: {}}',
      'sha256:37517e5f3dc66819f61f5a7bb8ace1921282415f10551d2defa5c3eb0985b570',
      'sha256:ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356',
    ],
    ['{}', '', ''],
  ])('of %s are those of Flux', (spec, postRenderers, commonMetadata) => {
    expect(postRenderDigests(release(spec))).toEqual({
      postRenderersDigest: postRenderers,
      commonMetadataDigest: commonMetadata,
    });
  });
});
