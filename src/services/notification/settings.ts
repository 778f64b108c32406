import { duration, integer, oneOf, optionalText, type Setting, text } from '#runtime/settings/settings.ts';

/** Options of the mail client may follow as a query, for instance `?tls.rejectUnauthorized=false`. */
const smtpUrl: Setting<string | undefined> = {
  ...optionalText(
    'SMTP_URL',
    'Mail server, smtp://user:password@host:port; without one mail is kept for operators to read',
    {
      secret: true,
    },
  ),
  parse(given) {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
      throw new Error('expected a URL such as smtp://user:password@mail.example.com:587');
    }
    return given;
  },
};

const operatorsEmail: Setting<string | undefined> = {
  ...optionalText(
    'OPERATORS_EMAIL',
    'Where mail about what waits for a person goes; without it operators read it in the list.',
  ),
  parse(given) {
    if (!/^[^\s<>@,]+@[^\s<>@,]+$/.test(given)) throw new Error('expected an address such as shop@example.com');
    return given;
  },
};

const mailFrom: Setting<string> = {
  ...text('MAIL_FROM', 'Suanpan <no-reply@suanpan.local>', 'Sender of mail'),
  parse(given) {
    if (!/^([^\s<>@]+@[^\s<>@]+|[^<>\r\n]* <[^\s<>@]+@[^\s<>@]+>)$/.test(given))
      throw new Error('expected an address such as Shop <no-reply@example.com>');
    return given;
  },
};

export const notificationSettings = {
  smtpUrl,
  mailFrom,
  operatorsEmail,
  operatorsLanguage: oneOf('OPERATORS_LANGUAGE', ['zh-CN', 'zh-TW', 'en'], 'en', 'The language operators are told in.'),
  notificationRetentionMs: duration('NOTIFICATION_RETENTION', '365d', 'How long notices and mail are kept'),
  smtpConnectionsMost: integer('SMTP_CONNECTIONS', 4, 'Connections to the mail server at most', { min: 1, max: 50 }),
};
