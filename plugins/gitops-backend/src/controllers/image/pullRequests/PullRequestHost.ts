/** The two branches of a pull request, both of one repository. */
export interface Branches {
  head: string;
  base: string;
}

/** What a pull request says. */
export interface PullRequestText {
  title: string;
  body: string;
}

/** A pull request that is open, as the host has it. */
export interface OpenPullRequest extends PullRequestText {
  id: string;
  /** For people. */
  url: string;
  /** Names; empty where the host has no labels. */
  labels: readonly string[];
  /** What the host wants to have back with a change. */
  extra?: Readonly<Record<string, unknown>>;
}

/** What a host takes. */
export interface HostLimits {
  /** Characters. */
  title: number;
  /** Characters. */
  body: number;
  labels: boolean;
  /** Lines such as `/merge` are done, not shown. */
  commands?: boolean;
}

/** Pull requests of one repository at one kind of host. All throw PullRequestError. */
export interface PullRequestHost {
  readonly limits: HostLimits;
  /** The open one of two branches; those of forks are none. */
  find(branches: Branches): Promise<OpenPullRequest | undefined>;
  /** Gives undefined where one is open already. */
  open(
    wanted: Branches & PullRequestText,
  ): Promise<OpenPullRequest | undefined>;
  edit(found: OpenPullRequest, text: PullRequestText): Promise<void>;
  relabel(
    found: OpenPullRequest,
    change: { add: readonly string[]; remove: readonly string[] },
  ): Promise<void>;
  close(found: OpenPullRequest, comment: string): Promise<void>;
}
