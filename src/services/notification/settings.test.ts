import { describe, expect, test } from 'vitest';
import { readSettings } from '#runtime/settings/settings.ts';
import { notificationSettings } from './settings.ts';

const read = (environment: Readonly<Record<string, string>>) => readSettings(notificationSettings, environment);

describe('the mail server', () => {
  test('is none by default', () => {
    expect(read({})).toEqual({
      mailFrom: 'Suanpan <no-reply@suanpan.local>',
      notificationRetentionMs: 365 * 86_400_000,
      operatorsLanguage: 'en',
      smtpConnectionsMost: 4,
    });
  });

  test.each([
    'smtp://mail.example.com',
    'smtps://user:pass%40word@mail.example.com:465',
    'smtp://[::1]:25/?tls.rejectUnauthorized=false',
  ])('may be %s', (url) => {
    expect(read({ SMTP_URL: url }).smtpUrl).toBe(url);
  });

  test.each(['mail.example.com:25', 'http://mail.example.com', 'smtp://', 'smtp'])(
    'may not be %s, and its value is not repeated',
    (url) => {
      const reading = (): unknown => read({ SMTP_URL: url });
      expect(reading).toThrow('SMTP_URL: its value is not valid: expected a URL such as smtp://');
    },
  );
});

describe('the sender of mail', () => {
  test.each(['no-reply@example.com', 'Tea House <no-reply@example.com>', '茶舍 <tea@example.com>'])(
    'may be %s',
    (from) => {
      expect(read({ MAIL_FROM: from }).mailFrom).toBe(from);
    },
  );

  test.each(['nobody', 'Tea House <no-reply>', 'a@b.c\r\nBcc: d@e.f', 'Tea <a@b.c', 'a@b.c>'])(
    'may not be %j',
    (from) => {
      expect(() => read({ MAIL_FROM: from })).toThrow('MAIL_FROM');
    },
  );
});
