import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { toTimestamp } from '#kernel/clock.ts';
import { systemClock } from '../seams/system-time.ts';

/** Structured logs: what happened, to which order, what was done about it, what to do next. */
export type Log = Logger;

/** Names under which secrets would appear; their values never reach a log. */
const secrets = ['password', 'accessToken', 'refreshToken', 'token', 'authorization', 'cookie', 'secret', 'privateKey'];

/** JSON lines, on stderr unless told otherwise. */
export function makeLog(options: { readonly level: string; readonly to?: DestinationStream }): Log {
  const settings = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${toTimestamp(systemClock.now())}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
  };
  return pino(settings, options.to ?? destination(2));
}
