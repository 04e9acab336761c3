import { HumanDuration } from '@backstage/types';

export interface Config {
  gitops?: {
    /**
     * The Kubernetes clusters that hold GitOps objects.
     */
    homes?: Array<{
      /**
       * Name of the home in the portal; part of routes and entity names.
       */
      name: string;
      /**
       * `observe` (default) reads and shows, and writes nothing; `plan` also
       * fetches, builds and tries by dry run what it would do; `reconcile`
       * reconciles the home's objects. What Flux's controllers or another portal
       * reconcile there is observed only.
       */
      mode?: 'observe' | 'plan' | 'reconcile';
      /**
       * Access by a kubeconfig file.
       */
      kubeconfig?: {
        /** Path of the file, relative to the working directory. */
        path: string;
        /** Context; default: the file's current one. */
        context?: string;
        /**
         * Allow exec plugins and auth providers named in the file. Off by
         * default: they run programs on the portal's host.
         */
        allowExec?: boolean;
      };
      /**
       * Access with the ServiceAccount of the pod that the portal runs in.
       */
      inCluster?: boolean;
      /**
       * Address of the API server, with `token` and `caData`.
       */
      url?: string;
      /**
       * Takes events of Flux's own controllers, at `/api/gitops/events/<name>`, from
       * a Provider of type generic-hmac. Off by default.
       */
      events?: {
        /**
         * What they are signed with, the key `token` of the Provider's Secret; 16
         * characters or more.
         * @visibility secret
         */
        token: string;
      };
      /**
       * Bearer token of the portal in this home.
       * @visibility secret
       */
      token?: string;
      /**
       * CA certificates of the API server, PEM in base64.
       */
      caData?: string;
      /**
       * Install missing CRDs of the GitOps kinds. Those that are there, such as
       * Flux's own, are used as they are. Default: true in mode `reconcile`.
       */
      installCrds?: boolean;
      /**
       * The Lease `backstage-gitops` by which this portal claims a home in mode
       * `reconcile`. While another portal holds one, the home is observed only.
       */
      lease?: {
        /** Namespace, which must be there. Default `default`. */
        namespace?: string;
      };
      /**
       * Whom deliveries act as that name no ServiceAccount.
       */
      reconcileAs?: {
        /** Name of a ServiceAccount in the namespace of the object. */
        serviceAccount?: string;
        /**
         * Let them use the portal's own credential. Default false: without a
         * ServiceAccount nothing is applied.
         */
        portal?: boolean;
      };
      /** Bounds of prunes in this home; what is absent is as in `gitops.prune`. */
      prune?: {
        /** Default: as in `gitops.prune`. */
        objects?: number;
        /** Default: as in `gitops.prune`. */
        share?: number;
      };
      /**
       * UID of the namespace `kube-system` of the cluster that this home must be.
       * Default: the one that was seen first. While another cluster answers,
       * nothing is pruned in it; to confirm that a cluster was replaced on
       * purpose, set the new UID here.
       */
      clusterUid?: string;
    }>;
    /**
     * When a prune is held until somebody approves it: where it would delete more
     * than `objects` objects that are more than `share` of the inventory. One that
     * would delete all there is, because nothing is wanted any more, is held by
     * any bounds. Deleting a Kustomization is not held.
     */
    prune?: {
      /** A whole number of at least 0. Default 20. */
      objects?: number;
      /** From 0 to 1. Default 0.5; 1 holds only prunes of everything. */
      share?: number;
    };
    /**
     * Manifests that are registered in the catalog. Claims, which say which of
     * them are applied, are `gitops.claims`.
     */
    catalog?: {
      /** How often the catalog is asked what is registered. Default 5 s. */
      pollInterval?: HumanDuration | string;
      /** How often what is applied is applied again. Default 10 min. */
      resyncInterval?: HumanDuration | string;
      /**
       * How long the catalog must answer without an entity until its object is
       * shown as orphaned. Nothing is deleted then either. Default 2 min.
       */
      orphanAfter?: HumanDuration | string;
      /**
       * Which objects that are not registered become entities of the catalog,
       * by the module for the catalog. `false` for none; what was published goes
       * then. Default: of all homes, all kinds but HelmChart and
       * ExternalArtifact, which other objects make.
       */
      publish?:
        | boolean
        | {
            /** Names of homes. Default: all. */
            homes?: string[];
            /** Kinds, such as `Kustomization`. */
            kinds?: string[];
          };
      /**
       * Take manifests from `file` locations. For development only: whoever can
       * write to the backend's disk can deliver then.
       */
      allowFileLocations?: boolean;
    };
    /**
     * Where artifacts are kept.
     */
    artifacts?: {
      /** Folder; all replicas must share it. Default `.data/artifacts`. */
      directory?: string;
      /** Bytes; larger artifacts are refused. Default 512 MiB. */
      maxSize?: number;
      /** Files of one artifact. Default 100,000. */
      maxFiles?: number;
      /** Artifacts of one source that are kept, the present one included. Default 2. */
      keep?: number;
      /** A bucket of a service that speaks S3, instead of the folder. */
      s3?: {
        bucket: string;
        /**
         * `minio.example.org:9000`, or with `https://` or `http://`. Default: that
         * of Amazon S3.
         */
        endpoint?: string;
        /** Default `us-east-1`; one that is wrong is corrected. */
        region?: string;
        /** Folder in the bucket. Default: none. */
        prefix?: string;
        /**
         * With `secretAccessKey`. Default: what the module for AWS finds, or else
         * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` of
         * the environment.
         * @visibility secret
         */
        accessKeyId?: string;
        /** @visibility secret */
        secretAccessKey?: string;
      };
    };
    /**
     * Which GitRepositories without `spec.secretRef` may use the credentials of
     * Backstage's `integrations`. Default none: they are the portal's, and whoever
     * may make a GitRepository would read what they can read. Where the credential
     * may write, an ImageUpdateAutomation pushes with it, too.
     */
    integrations?: Array<{
      /**
       * Repositories, such as `https://git.example.com/team`: all below it. `*`
       * stands for one segment of the path.
       */
      url: string;
      /** Namespaces of the GitRepositories. */
      namespaces: string[];
      /** Home of the GitRepositories. Default any. */
      home?: string;
      /**
       * Whether ImageUpdateAutomations may open, update and close pull requests
       * there, whatever their repository is pushed with. Default false.
       */
      pullRequests?: boolean;
    }>;
    /**
     * Which hosts the portal connects to for sources. This machine, link-local,
     * multicast and metadata addresses are refused, private networks are not.
     */
    network?: {
      /**
       * Hosts and networks that are refused otherwise: `git.local`,
       * `*.example.org`, `git.local:8443`, `127.0.0.1`, `10.1.0.0/16`.
       */
      allow?: string[];
      /** Where given, nothing else is connected to. */
      only?: string[];
    };
    registries?: {
      /**
       * Asked before a registry for content that a digest names; what a tag names is
       * always asked of the registry itself.
       */
      mirrors?: Array<{
        /** Host of the registry, such as `docker.io`. */
        registry: string;
        /** `https://host[:port][/path]`, or http. */
        url: string;
      }>;
    };
    engine?: {
      /** How many objects each controller reconciles at the same time. */
      concurrency?: {
        /** Default 4. */
        source?: number;
        /** Default 4. */
        kustomize?: number;
        /** Default 4. */
        helm?: number;
        /** Default 4. */
        image?: number;
      };
      /** How often the queue is asked for work that other processes made due. Default 1 s. */
      pollInterval?: HumanDuration | string;
      /** How long a claim lives without a heartbeat. Default 30 s. */
      lease?: HumanDuration | string;
      /**
       * How long the claim on a home lives that no replica renews, and so how
       * long another portal waits for it. Default 30 s.
       */
      homeLease?: HumanDuration | string;
      /** How long the history of an object is kept. Default 30 days. */
      history?: HumanDuration | string;
      /**
       * How many threads build manifests, at most; they start when they are
       * needed. Default: one less than there are processors, at least 1. With 0
       * builds run on the event loop, where nothing limits them.
       */
      workers?: number;
      /** How long one build may take. Default 2 min. */
      workerTimeout?: HumanDuration | string;
      /** MiB of heap that one build may use. Default 512, at least 64. */
      workerMemory?: number;
    };
    security?: {
      /** Refuse references into other namespaces. Default false, as Flux. */
      noCrossNamespaceRefs?: boolean;
    };
    /** Clusters besides the home, which deliveries name by `spec.kubeConfig`. */
    targets?: {
      /**
       * Whether kubeconfigs of Secrets may run programs (`exec`) on the portal's host.
       * Whoever may write such a Secret can then run anything there. Default false.
       */
      allowExec?: boolean;
      /**
       * Whether kubeconfigs of Secrets may leave their API server unverified
       * (`insecure-skip-tls-verify`, http). Default false.
       */
      allowInsecureTls?: boolean;
    };
    /** How Kustomizations are built. */
    kustomize?: {
      /**
       * Whether deliveries are made due within seconds when somebody changes or
       * deletes what they applied; else their interval finds it, as in Flux 2.9. The
       * portal's own credential must be allowed to list and watch the kinds. Somebody
       * who changes things back each time is answered ever more seldom, up to every
       * 10 minutes. Default true.
       */
      watchDrift?: boolean;
      /**
       * Whether a change of a ConfigMap or Secret that a delivery refers to
       * (`substituteFrom`, `decryption`, `kubeConfig`) makes it due at once, where that
       * has the label of `watchConfigsSelector`. Only metadata is watched. Default true.
       */
      watchConfigs?: boolean;
      /** Which ones are watched. Default `reconcile.fluxcd.io/watch=Enabled`, as Flux. */
      watchConfigsSelector?: string;
      /**
       * Whether a dependency with a `readyExpr` has to be ready as well, as with Flux's
       * feature gate AdditiveCELDependencyCheck; else the expression alone decides.
       * Default false.
       */
      additiveReadyExpr?: boolean;
      /**
       * Whether a delivery may apply Flux's own controllers (`gotk-components`) to the
       * home that it is in. The portal gives way to controllers that run, and only
       * observes; so by default they are left out of what is applied, with a warning.
       */
      allowFluxControllers?: boolean;
      /**
       * Whether a variable of `spec.postBuild` without value and default fails the
       * build; else there is nothing in its place. Default true, as in Flux 2.9.
       */
      strictSubstitution?: boolean;
      /**
       * Whether a file that was changed after sops encrypted it fails the build; else
       * there is a warning. Default false.
       */
      strictMac?: boolean;
      /**
       * Servers of Vault or OpenBao, such as `https://vault.example.org:8200`, that may
       * be asked for the data keys of encrypted files; files that name others are not
       * opened. What goes there is the token `sops.vault-token` of the Secret of
       * `spec.decryption`. Default none.
       */
      vaultAddresses?: string[];
      /**
       * Servers of Vault or OpenBao at which `spec.decryption.serviceAccountName` logs
       * in where there is no token, as the role `<namespace>_<name>`, with a token of
       * the ServiceAccount whose audience is the address. They count as
       * `vaultAddresses`, too.
       */
      vaultLogins?: Array<{
        address: string;
        /** Of the method, such as `auth/kubernetes/login`. */
        loginPath: string;
      }>;
    };
  };
}
