/**
 * Where the sandbox reports what it does; Backstage's logger fits.
 *
 * @public
 */
export interface SandboxLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
