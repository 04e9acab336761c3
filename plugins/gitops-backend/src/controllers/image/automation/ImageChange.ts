import { Edit } from '../setters/editFile';

/** A value that an automation sets, and where it is. */
export interface ImageChange extends Edit {
  /** From the root of the repository. */
  file: string;
}
