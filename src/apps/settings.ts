import { httpSettings } from '#runtime/http/settings.ts';
import { duration, flag, integer, oneOf, optionalText, text } from '#runtime/settings/settings.ts';

/** The settings of the process; each service adds its own (`suanpan settings` prints them all). */
export const platformSettings = {
  ...httpSettings,
  dataDir: text('DATA_DIR', '.data', 'Folder of the embedded PostgreSQL; unused with DATABASE_URL.'),
  databaseUrl: optionalText('DATABASE_URL', 'A PostgreSQL in which Suanpan may create its databases and roles.', {
    secret: true,
  }),
  databasePrefix: text('DATABASE_PREFIX', 'suanpan', 'Databases and roles are called <prefix>_<service>.'),
  poolSize: integer('DATABASE_POOL', 5, 'Connections per service beside those of its writer.', { min: 2, max: 200 }),
  pollMs: duration('LOG_POLL', '1s', 'How often logs are read without having been told of something new.'),
  retryAttempts: integer('MESSAGE_ATTEMPTS', 8, 'A message that failed this often is parked.', { min: 1, max: 100 }),
  retryFirstMs: duration('MESSAGE_RETRY_FIRST', '1s', 'Pause before the second attempt; it doubles from there.'),
  retryMostMs: duration('MESSAGE_RETRY_MOST', '5m', 'Longest pause between attempts.'),
  demo: flag('DEMO', false, 'Demo catalogue and accounts; on for `npm start`.'),
  logLevel: oneOf(
    'LOG_LEVEL',
    ['debug', 'info', 'warn', 'error', 'silent'],
    'info',
    'What is logged, as JSON lines on stderr.',
  ),
  failPoint: optionalText('FAIL_POINT', 'For tests: <point>[:kill|throw[:<nth time>]].'),
} as const;
