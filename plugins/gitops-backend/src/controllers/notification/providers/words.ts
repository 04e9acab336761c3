import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';

/** How most services name the object: `kustomization/app.team`. */
export function objectName({ involvedObject }: NotificationEvent): string {
  const { kind, name, namespace } = involvedObject;
  return `${kind.toLowerCase()}/${name}.${namespace}`;
}

export function isError({ severity }: NotificationEvent): boolean {
  return severity === 'error';
}

/** Metadata by sorted key. */
export function facts({
  metadata = {},
}: NotificationEvent): [string, string][] {
  return Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Work that is under way; what comes of it is told later. */
export function isProgress({ reason }: NotificationEvent): boolean {
  return reason === 'Progressing';
}

/** `ReconciliationSucceeded` as `reconciliation succeeded`. */
export function reasonWords({ reason }: NotificationEvent): string {
  return reason
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
    .replace(/(\p{L})(?=\p{N})|(\p{N})(?=\p{L})/gu, '$1$2 ')
    .toLowerCase();
}

/** Seconds since the epoch. */
export function secondsOf({ timestamp }: NotificationEvent): number {
  return Math.floor(Date.parse(timestamp) / 1_000);
}

/** So that nobody is called by what a message quotes. */
const QUIET_AT = '@\u2060';

/** Text that Markdown shows as it is: no links, no emphasis, no HTML, no mentions. */
export function markdownText(text: string): string {
  return text
    .replace(/[\\`*_[\]<>~|]/g, character => `\\${character}`)
    .replace(/(?<![\w@])@(?=\w)/g, QUIET_AT);
}

/** Text that HTML shows as it is. */
export function htmlText(text: string): string {
  return text.replace(
    /[&<>"']/g,
    character => `&#${character.codePointAt(0)};`,
  );
}

/** The comment that people read of an object, in Markdown (Flux 2.9). */
export function markdownReport(event: NotificationEvent): string {
  const { kind, namespace, name } = event.involvedObject;
  const lines = facts(event)
    .filter(([key]) => key !== 'change_request')
    .map(([key, value]) => `* \`${key}\`: ${markdownText(value)}\n`);
  return [
    '## Flux Status',
    `${isError(event) ? '⚠️' : 'ℹ️'} ${kind}/${namespace}/${name}`,
    markdownText(event.message),
    `Metadata:\n${lines.join('')}`,
  ].join('\n\n');
}
