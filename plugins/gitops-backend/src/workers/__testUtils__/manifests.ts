import {
  Artifact,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';

/** Files as an artifact holds them. */
export function filesOf(texts: Record<string, string>): Map<string, Buffer> {
  return new Map(
    Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]),
  );
}

/** One of `count` ConfigMaps, with an integer that no double can hold. */
export function configMaps(count: number): Record<string, string> {
  const documents = Array.from(
    { length: count },
    (_, index) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-${index}\nserial: 9007199254740993\ndata:\n  text: "äöü ${index}"\n`,
  );
  return { 'app/settings.yaml': documents.join('---\n') };
}

/** What a builder is asked, but for the signal. */
export function request(
  texts: Record<string, string>,
  spec: Partial<Kustomization['spec']> = {},
  digest = 'sha256:1',
) {
  return {
    artifact: { digest } as Artifact,
    files: filesOf(texts),
    object: {
      metadata: { name: 'app', namespace: 'default' },
      spec: { path: './app', ...spec },
    } as Kustomization,
  };
}
