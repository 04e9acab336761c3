/**
 * GitOps objects in the Backstage catalog.
 *
 * @packageDocumentation
 */
export { catalogModuleGitops as default, readRawHosts } from './module';
export { readClaims } from './claims/Claim';
export type { Claim, LocationMatch } from './claims/Claim';
export {
  fileLocationOf,
  InvalidFileLocationError,
  parseFileLocation,
} from './claims/fileLocation';
export type { FileLocation } from './claims/fileLocation';
export { claimsFor, homeFor, matchesLocation } from './claims/matchClaims';
export { readHomeNaming } from './claims/readHomes';
export { ManifestAnnotation } from './entity/annotations';
export type { ManifestFinding } from './entity/annotations';
export {
  entityNameOf,
  LONGEST_ENTITY_NAME,
  objectNameOf,
} from './entity/entityName';
export type { HomeNaming } from './entity/entityName';
export type { SlimSpec } from './entity/slimSpec';
export { findManifest } from './manifests/findManifest';
export type { FoundManifest } from './manifests/findManifest';
export { manifestDigest } from './manifests/manifestDigest';
export { gitopsEntityDataParser } from './parser/gitopsEntityDataParser';
export type { GitopsEntityDataParserOptions } from './parser/gitopsEntityDataParser';
export { GitopsEntityProcessor } from './processor/GitopsEntityProcessor';
