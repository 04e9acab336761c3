/**
 * Data and a stand-in of the API for tests of what uses this package.
 *
 * @packageDocumentation
 */
export { catalogErrorRow } from './catalogErrors';
export { doctorReport } from './doctor';
export { GitopsApiMock } from './GitopsApiMock';
export { objectDetail, objectList, objectRow } from './objects';
export type { ObjectDetailOptions, ObjectRowOptions } from './objects';
export { registrationRow } from './registrations';
