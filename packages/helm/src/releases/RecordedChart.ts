import { Chart } from '../charts';
import type { ChartFile } from '../charts';

/** A file of a chart in a record. Helm 4 stores when it was changed. */
export interface RecordedFile extends ChartFile {
  /** RFC 3339. */
  readonly modTime?: string;
}

/** What a record says of a chart that charts do not have. */
export interface RecordedDetails {
  /** When Chart.yaml was changed; RFC 3339. */
  readonly modTime?: string;
  /** When values.schema.json was changed; RFC 3339. */
  readonly schemaModTime?: string;
  /** Paths of fields that are null where a chart has something empty. */
  readonly nulls: ReadonlySet<string>;
}

/**
 * A chart that was read from a record: it is written as it was read, so that a
 * revision whose status changes keeps all else.
 */
export class RecordedChart extends Chart {
  readonly details: RecordedDetails;

  constructor(
    options: ConstructorParameters<typeof Chart>[0] & {
      details: RecordedDetails;
    },
  ) {
    super(options);
    this.details = options.details;
  }
}

/** Of a chart that was loaded: lists that no file went into are nil in Go. */
const LOADED: RecordedDetails = { nulls: new Set(['templates', 'files']) };

/** What a record says of a chart beside its content. */
export function detailsOf(chart: Chart): RecordedDetails {
  return chart instanceof RecordedChart ? chart.details : LOADED;
}
