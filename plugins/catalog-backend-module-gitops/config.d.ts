import { HumanDuration } from '@backstage/types';

export interface Config {
  gitops?: {
    /**
     * The Kubernetes clusters that hold GitOps objects.
     */
    homes?: Array<{
      /** Name of the home. */
      name: string;
      /**
       * Entities of this home carry the name of their object; those of all others
       * are named `<name>_<home>`. At most one home is bare. Default false.
       */
      bare?: boolean;
    }>;
    /**
     * Which files may deliver which objects to which home. What no claim covers
     * waits for approval.
     */
    claims?: Array<{
      /** The files that this claim is about. All that is given must match. */
      location: {
        /**
         * Host, with its port where the address has one; `file:` for files of the
         * backend's own disk.
         */
        host: string;
        /** Full name, such as `team/repository`. */
        repository?: string;
        /** The exact branch, tag or commit. */
        ref?: string;
        /** Folder or file in the repository; whole path segments. */
        pathPrefix?: string;
      };
      /** Home that the objects go to. */
      home: string;
      /** Namespaces that the objects may be in. */
      namespaces: string[];
      /**
       * ServiceAccount in the namespace of the object that applies it, and that
       * what it delivers is applied as.
       */
      serviceAccount?: string;
      /**
       * Owner of the objects, as an entity reference. An object whose annotation
       * names another owner is refused.
       */
      owner?: string;
      /**
       * Hosts that sources may be fetched from. Default: any; for a source with a
       * Secret, the host of `location` alone.
       */
      sourceHosts?: string[];
      /**
       * Let deliveries go to other clusters, by `spec.kubeConfig`. Default false.
       */
      allowKubeConfig?: boolean;
      /**
       * Delete an object so long after its registration vanished. Default: never;
       * it is shown as orphaned, still reconciled, and deleted by hand.
       */
      deleteAfter?: HumanDuration | string;
    }>;
    catalog?: {
      /**
       * Install the parser that makes slim entities of Flux manifests. Set it to
       * false where the host installs a parser of its own that calls
       * `gitopsEntityDataParser`. Default true.
       */
      entityDataParser?: boolean;
      /**
       * How often the gitops plugin is asked what is to be published. Default 5 s.
       */
      pollInterval?: HumanDuration | string;
      /**
       * Hosts that serve the files of their repositories at
       * `/raw/<owner>/<repository>/<ref>/<path>`, with port.
       */
      rawHosts?: string[];
    };
  };
}
