import { PushedImage } from '@backstage-gitops/sandbox';
import { digestOf } from '../digest';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const EMPTY = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  content: Buffer.from('{}'),
};

/** Pushes an image to any registry by the distribution protocol, and gives its digest. */
export async function pushImage(
  { url, authorization }: { url: string; authorization?: string },
  repository: string,
  image: PushedImage,
  reference?: string,
): Promise<string> {
  const send = async (address: string, init: RequestInit) => {
    const response = await fetch(new URL(address, url), {
      ...init,
      headers: { ...init.headers, ...(authorization && { authorization }) },
    });
    if (!response.ok) {
      throw new Error(
        `${init.method} ${address} was answered with ${response.status}: ${await response.text()}`,
      );
    }
    return response;
  };
  const pushBlob = async (mediaType: string, content: Uint8Array) => {
    const begun = await send(`/v2/${repository}/blobs/uploads/`, {
      method: 'POST',
    });
    const digest = digestOf(content);
    const target = new URL(begun.headers.get('location')!, url);
    target.searchParams.set('digest', digest);
    await send(target.href, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: content as Uint8Array<ArrayBuffer>,
    });
    return { mediaType, digest, size: content.length };
  };
  const { config = EMPTY, mediaType = MANIFEST } = image;
  const layers = [];
  for (const layer of image.layers) {
    layers.push({
      ...(await pushBlob(layer.mediaType, layer.content)),
      ...(layer.annotations && { annotations: layer.annotations }),
    });
  }
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: await pushBlob(config.mediaType, config.content),
      layers,
      ...(image.annotations && { annotations: image.annotations }),
    }),
  );
  const digest = digestOf(manifest);
  await send(`/v2/${repository}/manifests/${reference ?? digest}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: manifest,
  });
  return digest;
}
