import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { gitopsReactTranslationRef } from '../../text/translation';
import { useLanguage } from '../../text/useLanguage';
import { useNow } from '../../text/useNow';

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** @public */
export interface RelativeTimeProps {
  /** RFC 3339, or milliseconds since the epoch. */
  time: string | number;
  /** Cuts the unit, where there is little room. */
  short?: boolean;
  className?: string;
}

/**
 * How long ago something was, kept up to date; the exact time is in the title.
 *
 * @public
 */
export function RelativeTime(props: RelativeTimeProps) {
  const { time, short, className } = props;
  const language = useLanguage();
  const at = new Date(time);
  const age = Math.abs(Date.now() - at.getTime());
  const now = useNow(age < 60_000 ? 1_000 : 20_000);
  if (Number.isNaN(at.getTime())) return <span>{String(time)}</span>;
  return (
    <time
      className={className}
      dateTime={at.toISOString()}
      title={formatExact(at, language)}
    >
      {formatAge((at.getTime() - now) / 1000, language, short)}
    </time>
  );
}

/** @public */
export interface CountdownProps {
  /** RFC 3339, or milliseconds since the epoch. */
  until: string | number;
  className?: string;
}

/**
 * How long it is until something, to the second; `now` once it is due.
 *
 * @public
 */
export function Countdown(props: CountdownProps) {
  const { until, className } = props;
  const { t } = useTranslationRef(gitopsReactTranslationRef);
  const language = useLanguage();
  const now = useNow(1_000);
  const at = new Date(until);
  if (Number.isNaN(at.getTime())) return <span>{String(until)}</span>;
  const seconds = Math.ceil((at.getTime() - now) / 1000);
  return (
    <time
      className={className}
      dateTime={at.toISOString()}
      title={formatExact(at, language)}
    >
      {seconds <= 0
        ? t('time.due')
        : t('time.in', { duration: formatSpan(seconds) })}
    </time>
  );
}

/** Two units at most: 45s, 4m 12s, 1h 30m, 2d 3h. */
function formatSpan(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

function formatAge(seconds: number, language: string, short = false): string {
  const format = new Intl.RelativeTimeFormat(language, {
    numeric: 'always',
    style: short ? 'short' : 'long',
  });
  const size = Math.abs(seconds);
  // What clocks disagree about is not worth a number.
  if (size < 5) {
    return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(
      0,
      'second',
    );
  }
  const [unit, length] = UNITS.find(u => size >= u[1]) ?? UNITS[3];
  return format.format(Math.trunc(seconds / length), unit);
}

export function formatExact(at: Date, language: string): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'long',
  }).format(at);
}
