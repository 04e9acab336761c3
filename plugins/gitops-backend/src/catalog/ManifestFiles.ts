import { readFile } from 'node:fs/promises';
import { UrlReaderService } from '@backstage/backend-plugin-api';
import { parseLocationRef } from '@backstage/catalog-model';
import { assertError } from '@backstage/errors';
import {
  findManifest,
  FoundManifest,
} from '@backstage-gitops/plugin-gitops-node';
import { DeliveryError } from './DeliveryError';
import { RegisteredManifest } from './Registration';
import { showLocation } from './showLocation';

/** As the parser of the catalog module. */
const LONGEST_FILE = 8 * 1024 * 1024;

/**
 * The files of one round of work: each is read once, however many manifests it
 * holds.
 */
export class ManifestFiles {
  private readonly reader: Pick<UrlReaderService, 'readUrl'>;
  private readonly allowFileLocations: boolean;
  private readonly texts = new Map<string, Promise<string>>();

  constructor(options: {
    reader: Pick<UrlReaderService, 'readUrl'>;
    allowFileLocations: boolean;
  }) {
    this.reader = options.reader;
    this.allowFileLocations = options.allowFileLocations;
  }

  /**
   * Reads the manifest again; undefined where its file does not hold what the
   * catalog read.
   *
   * @throws {@link DeliveryError} where the file cannot be read
   */
  async find(manifest: RegisteredManifest): Promise<FoundManifest | undefined> {
    const { location } = manifest;
    let text = this.texts.get(location);
    if (!text) {
      text = this.read(location);
      this.texts.set(location, text);
    }
    return findManifest(await text, manifest);
  }

  private async read(location: string): Promise<string> {
    const { type, target } = parseLocationRef(location);
    let data: Buffer;
    try {
      data = await this.readFrom(type, target);
    } catch (error) {
      assertError(error);
      throw new DeliveryError({
        state: 'Failed',
        code: 'LocationUnreadable',
        message: `the file of the manifest cannot be read: ${showLocation(error.message)}`,
      });
    }
    if (data.length > LONGEST_FILE) {
      throw new DeliveryError({
        state: 'Rejected',
        code: 'InvalidManifest',
        message: `the file of the manifest has ${data.length} bytes; at most ${LONGEST_FILE} are read`,
      });
    }
    return data.toString('utf8');
  }

  private async readFrom(type: string, target: string): Promise<Buffer> {
    if (type === 'file' && this.allowFileLocations) {
      return readFile(target);
    }
    const response = await this.reader.readUrl(target);
    return response.buffer();
  }
}
