import { ENDLESS, ORDINARY, releaseOf } from './__testUtils__/charts';
import { RenderThreads } from './RenderThreads';

describe('RenderThreads', () => {
  const { signal } = new AbortController();
  const renderer = new RenderThreads({});

  it('keeps charts by digest, and no values', async () => {
    const first = await renderer.render({
      ...releaseOf(ORDINARY, { values: { text: 'a' } }),
      signal,
    });
    const second = await renderer.render({
      ...releaseOf(ORDINARY, { values: { text: 'b' } }),
      signal,
    });
    expect(first.manifest).toContain('text: "a"');
    expect(second.manifest).toContain('text: "b"');
  });

  it('asks once for each object, and never without a cluster', async () => {
    const lookup = jest.fn(async () => ({ data: 'x' }));
    const template =
      'a: {{ range 3 }}{{ (lookup "v1" "Secret" "" "a").data }}{{ end }}';
    const request = { ...releaseOf(template), signal };
    const { manifest } = await renderer.render({ ...request, lookup });
    expect(manifest).toContain('a: xxx\n');
    expect(lookup).toHaveBeenCalledTimes(1);
    expect(lookup).toHaveBeenCalledWith(
      { apiVersion: 'v1', kind: 'Secret', namespace: '', name: 'a' },
      signal,
    );
    await expect(renderer.render(request)).resolves.toMatchObject({
      manifest: expect.stringMatching(/^a: ?$/m),
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
