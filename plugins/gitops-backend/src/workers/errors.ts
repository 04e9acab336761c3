import { CustomErrorBase } from '@backstage/errors';
import { formatDurationMs } from '@backstage-gitops/plugin-gitops-common';

/** A build that took longer than it may. */
export class BuildTimeoutError extends CustomErrorBase {
  readonly name = 'BuildTimeoutError';
  readonly code = 'GITOPS_BUILD_TIMEOUT';
  readonly hint =
    'split it into smaller Kustomizations, or raise gitops.engine.workerTimeout';

  constructor(path: string, timeoutMs: number) {
    super(
      `the build of ${path} took longer than ${formatDurationMs(timeoutMs)} and was ended`,
    );
  }
}

/** A build that needs more memory than its thread may have. */
export class BuildOutOfMemoryError extends CustomErrorBase {
  readonly name = 'BuildOutOfMemoryError';
  readonly code = 'GITOPS_BUILD_OUT_OF_MEMORY';
  readonly hint =
    'split it into smaller Kustomizations, or raise gitops.engine.workerMemory';

  constructor(path: string, memoryMb: number) {
    super(
      `the build of ${path} needs more than the ${memoryMb} MiB that a worker may use and was ended`,
    );
  }
}

/** A build whose thread ended; nothing is known to be wrong with the build. */
export class BuildInterruptedError extends CustomErrorBase {
  readonly name = 'BuildInterruptedError';
  readonly code = 'GITOPS_BUILD_INTERRUPTED';
  readonly hint =
    'it is tried again; if it happens often, the log of the portal may say why';

  constructor(path: string, cause?: unknown) {
    super(
      `the build of ${path} was interrupted: its worker thread ended`,
      cause,
    );
  }
}

/** A rendering that took longer than it may. */
export class RenderTimeoutError extends CustomErrorBase {
  readonly name = 'RenderTimeoutError';
  readonly code = 'GITOPS_RENDER_TIMEOUT';
  readonly hint =
    'look for loops in the templates of its chart, or raise gitops.engine.workerTimeout';

  constructor(what: string, timeoutMs: number) {
    super(
      `${what} took longer than ${formatDurationMs(timeoutMs)} and was ended`,
    );
  }
}

/** A rendering that needs more memory than its thread may have. */
export class RenderOutOfMemoryError extends CustomErrorBase {
  readonly name = 'RenderOutOfMemoryError';
  readonly code = 'GITOPS_RENDER_OUT_OF_MEMORY';
  readonly hint =
    'look for templates of its chart that write without end, or raise gitops.engine.workerMemory';

  constructor(what: string, memoryMb: number) {
    super(
      `${what} needs more than the ${memoryMb} MiB that a worker may use and was ended`,
    );
  }
}

/** A rendering whose thread ended; nothing is known to be wrong with it. */
export class RenderInterruptedError extends CustomErrorBase {
  readonly name = 'RenderInterruptedError';
  readonly code = 'GITOPS_RENDER_INTERRUPTED';
  readonly hint =
    'it is tried again; if it happens often, the log of the portal may say why';

  constructor(what: string, cause?: unknown) {
    super(`${what} was interrupted: its worker thread ended`, cause);
  }
}

/** The values of a release are larger than a release could be. */
export class ValuesTooLargeError extends CustomErrorBase {
  readonly name = 'ValuesTooLargeError';
  readonly code = 'GITOPS_VALUES_TOO_LARGE';
  readonly hint =
    'look at what spec.valuesFrom refers to; a release has to fit into a Secret of 1 MiB, packed';

  constructor(release: string, maxBytes: number) {
    super(`the values of ${release} have more than ${maxBytes} bytes`);
  }
}
