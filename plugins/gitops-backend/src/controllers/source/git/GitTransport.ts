import { HttpClient } from 'isomorphic-git';
import { GitError } from './GitError';

/** How isomorphic-git reaches a repository. */
export interface GitTransport extends HttpClient {
  /**
   * Why a response was not read to its end. What reads it takes a broken stream
   * for a short one and then misses objects, which is the lesser truth.
   */
  readonly failure: GitError | undefined;
  /** Ends all connections. */
  close(): Promise<void>;
}
