import { defineService } from '#runtime/service.ts';
import { audit } from './audit.ts';
import { setMailPolicy, setOperators } from './domain.ts';
import { handlers } from './handlers.ts';
import { records } from './records.ts';
import { forgetNotices } from './retention.ts';
import { routes } from './routes.ts';
import { sendMail } from './sender.ts';
import { notificationSettings } from './settings.ts';
import { tables } from './store.ts';

/** Tells buyers what became of their orders, and operators what waits for them: in the app, and by mail. */
export const notification = defineService({
  name: 'notification',
  tables,
  migrations: new URL('./migrations/', import.meta.url),
  settings: notificationSettings,
  answers: routes,
  hears: handlers,
  says: [],
  audit,
  records,
  jobs: [{ name: 'send-mail', everyMs: 1_000, on: 'one', run: sendMail }, forgetNotices],
  async begin(context) {
    const mode = context.settings.smtpUrl === undefined ? 'KEEP' : 'SMTP';
    await context.write(setMailPolicy, mode, context.timer('set-mail-policy'));
    const { operatorsEmail: email = '', operatorsLanguage: language } = context.settings;
    await context.write(setOperators, { email, language }, context.timer('set-operators'));
  },
});
