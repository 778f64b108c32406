import { httpSettings } from '#runtime/http/settings.ts';
import {
  duration,
  flag,
  integer,
  list,
  oneOf,
  optionalText,
  type Setting,
  type SettingsOf,
  text,
} from '#runtime/settings/settings.ts';

/** The settings of the process; each service adds its own (`suanpan settings` prints them all). */
export const platformSettings = {
  ...httpSettings,
  dataDir: text('DATA_DIR', '.data', 'Folder of the embedded PostgreSQL; unused with DATABASE_URL.'),
  databaseUrl: optionalText('DATABASE_URL', 'A PostgreSQL in which Suanpan may create its databases and roles.', {
    secret: true,
  }),
  databasePrefix: text(
    'DATABASE_PREFIX',
    'suanpan',
    'The database is called so, roles <prefix>_<service>, queues <prefix>.<consumer>.<source>.',
  ),
  poolSize: integer('DATABASE_POOL', 5, 'Connections per service beside those of its writer.', { min: 2, max: 200 }),
  pollMs: duration('LOG_POLL', '1s', 'How often logs are read without having been told of something new.'),
  amqpUrl: optionalText(
    'AMQP_URL',
    'A RabbitMQ, amqp://user:password@host:port/vhost, that carries messages; without one they stay in the process.',
    { secret: true },
  ),
  consumes: flag(
    'CONSUME',
    true,
    'off: takes no messages from RabbitMQ, which other processes of its services must then; for those that only answer.',
  ),
  enabled: list(
    'SERVICES',
    'Which services the platform has, by commas, the same in all its processes; all by default.',
  ),
  servicePort: integer('SERVICE_PORT', 8090, 'Port for the other processes of the platform; 0 takes a free one.', {
    min: 0,
    max: 65_535,
  }),
  serviceSecret: optionalText(
    'SERVICE_SECRET',
    'What processes of the platform know each other by; derived from the password of DATABASE_URL by default.',
    { secret: true },
  ),
  drainDelayMs: duration(
    'DRAIN_DELAY',
    '0s',
    'At the end /readyz says so this long before requests are refused, for balancers to notice.',
  ),
  retryAttempts: integer('MESSAGE_ATTEMPTS', 8, 'A message that failed this often is parked.', { min: 1, max: 100 }),
  retryFirstMs: duration('MESSAGE_RETRY_FIRST', '1s', 'Pause before the second attempt; it doubles from there.'),
  retryMostMs: duration('MESSAGE_RETRY_MOST', '5m', 'Longest pause between attempts.'),
  demo: flag('DEMO', false, 'Demo catalogue and accounts; on for `npm start`.'),
  demoPayments: flag(
    'DEMO_PAYMENTS',
    false,
    'With DEMO, in one process: WeChat Pay, Alipay and Stripe are played on this machine unless there are keys; on for `npm start`.',
  ),
  logLevel: oneOf(
    'LOG_LEVEL',
    ['debug', 'info', 'warn', 'error', 'silent'],
    'info',
    'What is logged, as JSON lines on stderr.',
  ),
  failPoint: optionalText('FAIL_POINT', 'For tests: <point>[:kill|throw[:<nth time>]].'),
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;
export type PlatformSettings = SettingsOf<typeof platformSettings>;

/** Where one service is found by the others, and its rows by itself. */
export function placeSettings(service: string) {
  const name = service.toUpperCase().replaceAll('-', '_');
  const url = list(
    `${name}_URL`,
    `Where ${service} listens for other services where it runs elsewhere: http://host:port, by commas.`,
  );
  return {
    urls: { ...url, parse: (given: string) => url.parse(given)?.map(baseUrl) } as Setting<
      readonly string[] | undefined
    >,
    databaseUrl: optionalText(`${name}_DATABASE_URL`, `Instead of DATABASE_URL for ${service}.`, { secret: true }),
  } as const;
}

function baseUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new Error('expected addresses such as http://10.0.0.7:8090, by commas');
  }
  return url.origin;
}
