import { ImageChange } from '../ImageChange';

/** What the template of a message may say. */
export interface MessageData {
  /** The automation. */
  namespace: string;
  name: string;
  /** `spec.git.commit.messageTemplateValues` */
  values: Readonly<Record<string, string>>;
  changes: readonly ImageChange[];
}
