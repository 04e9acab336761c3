import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../json/value';
import type { KindRegistry } from '../kinds/registry';
import type { UnavailableService } from '../aggregation/apiServices';
import { noSuchPath, serviceUnavailable } from './apiError';
import { Discovery } from './discovery';
import { OpenApi } from '../openapi/openApi';
import {
  OPENAPI_V2,
  OPENAPI_V2_ANSWER,
  OPENAPI_V2_BYTES,
  OPENAPI_V2_PROTOBUF,
} from '../openapi/openApiV2';
import type { RequestInfo } from './requestInfo';
import { TEXT_OK } from './sendAnswer';

const VERSION: JsonObject = Object.freeze({
  major: '1',
  minor: '34',
  emulationMajor: '1',
  emulationMinor: '34',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '33',
  gitVersion: 'v1.34.2+sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'sandbox',
});

/** What an answer is made from. */
export interface DocumentCall {
  request: IncomingMessage;
  response: ServerResponse;
  info: RequestInfo;
}

/** Answers requests that are not for resources: discovery, OpenAPI, version, health. */
export class Documents {
  private readonly discovery: Discovery;
  private readonly openApi: OpenApi;

  constructor(registry: KindRegistry, unavailable: () => UnavailableService[]) {
    this.discovery = new Discovery(registry, unavailable);
    this.openApi = new OpenApi(registry, this.discovery);
  }

  /** Whether a group is served. */
  serves(group: string): boolean {
    return this.discovery.groups().includes(group);
  }

  /** @throws ApiError 503 for a group that another server should answer for */
  checkAvailable(group: string, version: string): void {
    if (this.discovery.isUnavailable(group, version)) {
      throw serviceUnavailable();
    }
  }

  /** @throws ApiError 404 */
  answer({ request, response, info }: DocumentCall): JsonObject {
    const parts = info.path.split('/').filter(Boolean);
    const accept = request.headers.accept ?? '';
    const aggregated = /as=APIGroupDiscoveryList/.test(accept)
      ? (/g=apidiscovery\.k8s\.io;v=(v2(?:beta1)?)/.exec(accept)?.[1] ?? 'v2')
      : undefined;
    switch (parts[0]) {
      case undefined:
        return {
          paths: [
            '/api',
            '/apis',
            '/healthz',
            '/openapi/v2',
            '/openapi/v3',
            '/version',
          ],
        };
      case 'version':
        return VERSION;
      case 'healthz':
      case 'livez':
      case 'readyz':
        return TEXT_OK;
      case 'api':
      case 'apis':
        if (parts.length === 1 && aggregated) {
          response.setHeader(
            'content-type',
            `application/json;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`,
          );
          return this.discovery.aggregated(
            parts[0] === 'api',
            `apidiscovery.k8s.io/${aggregated}`,
          );
        }
        return this.discoveryDocument(parts, request);
      case 'openapi':
        if (parts[1] === 'v2') return this.openApiV2(accept, response);
        if (parts[1] !== 'v3') throw noSuchPath();
        return parts.length === 2
          ? this.openApi.index()
          : this.openApi.document(parts.slice(2).join('/'));
      default:
        throw noSuchPath();
    }
  }

  private openApiV2(accept: string, response: ServerResponse): JsonObject {
    if (!accept.includes(OPENAPI_V2_PROTOBUF)) return OPENAPI_V2;
    response.setHeader('content-type', OPENAPI_V2_ANSWER);
    return OPENAPI_V2_BYTES;
  }

  private discoveryDocument(
    parts: string[],
    request: IncomingMessage,
  ): JsonObject {
    if (parts[0] === 'api') {
      return parts.length === 1
        ? this.discovery.legacyVersions(request.headers.host ?? '')
        : this.discovery.resourceList('', parts[1]);
    }
    if (parts.length === 1) return this.discovery.groupList();
    return parts.length === 2
      ? this.discovery.group(parts[1])
      : this.discovery.resourceList(parts[1], parts[2]);
  }
}
