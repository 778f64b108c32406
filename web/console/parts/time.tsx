import type { ReactNode } from 'react';
import { language } from '../../ui/i18n.ts';

const options: Readonly<Record<'precise' | 'seconds' | 'clock', Intl.DateTimeFormatOptions>> = {
  precise: { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' },
  seconds: { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
};

const formats = new Map<string, Intl.DateTimeFormat>();

export function formatExactly(at: string | number, how: keyof typeof options): string {
  const key = `${language()} ${how}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language(), options[how]);
  formats.set(key, format);
  return format.format(new Date(at));
}

/** A moment to the second; to the millisecond where `isPrecise`. */
export function Moment({ at, isPrecise = false }: { readonly at: string; readonly isPrecise?: boolean }): ReactNode {
  return (
    <time className="number nowrap" dateTime={at} title={at}>
      {formatExactly(at, isPrecise ? 'precise' : 'seconds')}
    </time>
  );
}

/** `3 min`, `2 h`: how long something took or has been waiting. */
export function formatDuration(seconds: number): string {
  const [value, unit] = inUnit(Math.max(0, seconds));
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && unit === 'second' ? 1 : 0,
  }).format(value);
}

function inUnit(seconds: number): readonly [number, string] {
  if (seconds < 60) return [seconds, 'second'];
  if (seconds < 3_600) return [seconds / 60, 'minute'];
  return seconds < 172_800 ? [seconds / 3_600, 'hour'] : [seconds / 86_400, 'day'];
}

export function formatMs(milliseconds: number): string {
  if (milliseconds >= 1000) return formatDuration(milliseconds / 1000);
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: milliseconds < 10 ? 1 : 0,
  }).format(milliseconds);
}
