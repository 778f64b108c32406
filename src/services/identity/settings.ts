import { duration, flag, optionalText } from '#runtime/settings/settings.ts';

export const identitySettings = {
  accessTokenLifetimeMs: duration('ACCESS_TOKEN_LIFETIME', '15m', 'How long an access token is valid'),
  refreshTokenLifetimeMs: duration(
    'REFRESH_TOKEN_LIFETIME',
    '30d',
    'How long a refresh token is valid; a session ends when none was exchanged for so long',
  ),
  keyRotationMs: duration('SIGNING_KEY_ROTATION', '30d', 'How long one key signs access tokens'),
  keyPublicationMs: duration(
    'SIGNING_KEY_PUBLICATION',
    '1h',
    'How long a new key is published before it signs: longer than verifiers keep the published keys',
  ),
  adminEmail: optionalText('ADMIN_EMAIL', 'E-mail address of the first administrator, made at the start if absent'),
  adminPassword: optionalText('ADMIN_PASSWORD', 'The first administrator’s password, 8 to 128 characters', {
    secret: true,
  }),
  demo: flag('DEMO', false, 'Demo catalogue, shopper and administrator'),
};
