type Detail = string | number | boolean | readonly string[];

/** An error on its way between threads, which would lose its fields. */
export interface TransferredError {
  name: string;
  message: string;
  stack?: string;
  /** Its other fields, such as `code`, `hint`, `file` and `line`. */
  details: Record<string, Detail>;
}

/** Takes what an error says of itself; what caused it stays behind. */
export function packError(error: unknown): TransferredError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), details: {} };
  }
  const { name, message, stack } = error;
  return {
    name,
    message,
    stack,
    details: Object.fromEntries(
      Object.entries(error).filter(
        (entry): entry is [string, Detail] =>
          entry[0] !== 'name' && isDetail(entry[1]),
      ),
    ),
  };
}

/** An error with the same name, message and fields; its class is `Error`. */
export function reviveError(transferred: TransferredError): Error {
  const { name, message, stack, details } = transferred;
  const error = new Error(message);
  Object.defineProperty(error, 'name', {
    value: name,
    configurable: true,
    writable: true,
  });
  if (stack !== undefined) {
    error.stack = stack;
  }
  return Object.assign(error, details);
}

function isDetail(value: unknown): value is Detail {
  return (
    ['string', 'number', 'boolean'].includes(typeof value) ||
    (Array.isArray(value) && value.every(item => typeof item === 'string'))
  );
}
