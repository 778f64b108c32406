import { type DestinationStream, type Logger, pino } from 'pino';

/** Structured logs: what happened, to which order, what was done about it, what to do next. */
export type Log = Logger;

/** Names under which secrets would appear; their values never reach a log. */
const secrets = ['password', 'accessToken', 'refreshToken', 'token', 'authorization', 'cookie', 'secret', 'privateKey'];

export function makeLog(options: { readonly level: string; readonly pretty?: DestinationStream }): Log {
  const settings = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date(Date.now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
  };
  return options.pretty ? pino(settings, options.pretty) : pino(settings);
}
