import { LoggerService } from '@backstage/backend-plugin-api';

/** A logger for processes that are only started by tests. */
export const quietLogger: LoggerService = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  child: () => quietLogger,
};
