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
export { readRawHosts } from './claims/readRawHosts';
export { ManifestAnnotation } from './entity/annotations';
export type { ManifestFinding } from './entity/annotations';
export {
  entityNameOf,
  LONGEST_ENTITY_NAME,
  objectNameOf,
  publishedNameOf,
} from './entity/entityName';
export type { HomeNaming } from './entity/entityName';
export { fullEntityRef, slimSpecOf } from './entity/slimSpec';
export type { SlimSpec } from './entity/slimSpec';
export { findManifest } from './manifests/findManifest';
export type { FoundManifest } from './manifests/findManifest';
export { manifestDigest } from './manifests/manifestDigest';
export * from './manifests/readDocuments';
