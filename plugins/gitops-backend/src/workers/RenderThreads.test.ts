import { ENDLESS, ORDINARY, releaseOf } from './__testUtils__/charts';
import { ReleaseRenderer } from './ReleaseRenderer';

describe('ReleaseRenderer', () => {
  const { signal } = new AbortController();
  const renderer = new ReleaseRenderer({});

  it('keeps charts by digest, and no values', async () => {
    const first = await renderer.render({
      ...releaseOf(ORDINARY, { values: { text: 'a' } }),
      signal,
    });
    const second = await renderer.render({
      ...releaseOf(ORDINARY, { values: { text: 'b' } }),
      signal,
    });
    expect(first.manifests[0].content).toContain('text: "a"');
    expect(second.manifests[0].content).toContain('text: "b"');
  });

  it('asks once for each object, and never without a cluster', async () => {
    const lookup = jest.fn(async () => ({ data: 'x' }));
    const template =
      'a: {{ range 3 }}{{ (lookup "v1" "Secret" "" "a").data }}{{ end }}';
    const request = { ...releaseOf(template), signal };
    const { manifests } = await renderer.render({ ...request, lookup });
    expect(manifests[0].content).toBe('a: xxx');
    expect(lookup).toHaveBeenCalledTimes(1);
    expect(lookup).toHaveBeenCalledWith(
      { apiVersion: 'v1', kind: 'Secret', namespace: '', name: 'a' },
      signal,
    );
    await expect(renderer.render(request)).resolves.toMatchObject({
      manifests: [{ content: 'a: ' }],
    });
  });

  it('fails where the cluster does', async () => {
    await expect(
      renderer.render({
        ...releaseOf('a: {{ lookup "v1" "Secret" "" "a" }}'),
        lookup: async () => {
          throw new Error('forbidden');
        },
        signal,
      }),
    ).rejects.toThrow('forbidden');
  });

  it('gives up where objects lead to others without end', async () => {
    const template =
      '{{ define "next" }}{{ with lookup "v1" "Secret" "" . }}{{ include "next" .next }}{{ end }}{{ end }}a: {{ include "next" "0" }}';
    await expect(
      renderer.render({
        ...releaseOf(template),
        lookup: async ({ name }) => ({ next: `${Number(name) + 1}` }),
        signal,
      }),
    ).rejects.toMatchObject({ code: 'limit' });
  });

  it('does nothing for a claim that is lost', async () => {
    await expect(
      renderer.render({
        ...releaseOf(ENDLESS),
        signal: AbortSignal.abort(new Error('the claim is lost')),
      }),
    ).rejects.toThrow('the claim is lost');
  });
});
