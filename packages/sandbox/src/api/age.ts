import type { JsonValue } from '../json/value';

/** How long ago a time was, as tables show it (apimachinery 0.34, `duration.HumanDuration`). */
export function age(time: JsonValue, now: Date): string {
  const then = typeof time === 'string' ? Date.parse(time) : NaN;
  if (Number.isNaN(then)) return time ? '<invalid>' : '<unknown>';
  return humanDuration((now.getTime() - then) / 1000);
}

/** A duration in seconds, rounded as `kubectl` shows it. */
export function humanDuration(total: number): string {
  const seconds = Math.floor(total);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return pair(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

function pair(large: number, unit: string, small: number, smallUnit: string) {
  return small === 0
    ? `${large}${unit}`
    : `${large}${unit}${small}${smallUnit}`;
}
