import { duration, flag, integer, oneOf, optionalText, type SettingsOf, webOrigin } from '../settings/settings.ts';

/** The settings of the public server and of the internal one. */
export const httpSettings = {
  port: integer('PORT', 8080, 'Port of the API; 0 takes a free one.', { min: 0, max: 65_535 }),
  internalPort: integer('INTERNAL_PORT', 9080, 'Port of /healthz, /readyz and /metrics; 0 takes a free one.', {
    min: 0,
    max: 65_535,
  }),
  requestDeadlineMs: duration('REQUEST_DEADLINE', '30s', 'After this a request is answered with 503.'),
  headersTimeoutMs: duration('HEADERS_TIMEOUT', '10s', 'Within this the headers of a request must have arrived.'),
  receiveTimeoutMs: duration('RECEIVE_TIMEOUT', '30s', 'Within this a whole request must have arrived.'),
  keepAliveMs: duration('KEEP_ALIVE', '65s', 'An idle connection is kept this long.'),
  drainMs: duration('DRAIN_TIMEOUT', '20s', 'At the end requests in flight get this long.'),
  connectionsMax: integer('CONNECTIONS_MAX', 10_000, 'Connections beyond this are closed at once.', {
    min: 1,
    max: 1_000_000,
  }),
  inFlightMax: integer('IN_FLIGHT_MAX', 2_000, 'Requests in flight beyond this are answered with 503.', {
    min: 1,
    max: 1_000_000,
  }),
  traceRate: integer('TRACE_RATE', 100, 'Traces per second whose calls are recorded.', { min: 0, max: 1_000_000 }),
  rateLimit: flag('RATE_LIMIT', true, 'off: no rate limits at all.'),
  trustedProxies: optionalText(
    'TRUSTED_PROXIES',
    'Addresses or networks, by commas, whose X-Forwarded-For is believed.',
  ),
  publicUrl: webOrigin(
    'PUBLIC_URL',
    'Where browsers reach the shop, such as https://shop.example: sessions are for its pages alone, and their cookies Secure.',
  ),
  language: oneOf(
    'LANGUAGE_DEFAULT',
    ['en', 'zh-CN', 'zh-TW'],
    'en',
    'The language where Accept-Language names none of ours.',
  ),
} as const;

export type HttpSettings = SettingsOf<typeof httpSettings>;

export const bodyBytesMax = 1024 * 1024;
export const urlLengthMax = 8_192;
export const headerBytesMax = 32 * 1024;
