import type { Context as ContextOf } from '#runtime/service.ts';
import { type Attempt, addressMail, claimMail, type Outcome, settleMail } from './domain/mail.ts';
import { mailOf } from './domain/texts.ts';
import { type Mailer, smtpMailer } from './mailer.ts';
import type { notificationSettings } from './settings.ts';
import { findAddressable, findDueMail, findMailRows, type MailRow } from './store.ts';

type Context = ContextOf<typeof notificationSettings>;

const addressedPerRun = 500;
const claimedAtOnce = 50;
/** So that a long queue does not hold up a shutdown: the next run goes on where this one ended. */
const roundsPerRun = 10;

/**
 * Sends the mail that is due: marked in one transaction, sent outside of any, the outcome written in another. A crash in between
 * sends it again: at least once. While the mail server is away all of it stays queued, and nothing else notices.
 */
export async function sendMail(context: Context): Promise<void> {
  const waiting = await findAddressable(context.database, addressedPerRun);
  if (waiting.length > 0) await context.write(addressMail, waiting, context.timer('send-mail'));

  const { smtpUrl: url, mailFrom: from, smtpConnectionsMost: connectionsMost } = context.settings;
  if (url === undefined) return;
  let mailer: Mailer | undefined;
  try {
    for (let round = 0; round < roundsPerRun; round += 1) {
      const due = await findDueMail(context.database, context.clock.now(), claimedAtOnce);
      if (due.length === 0) return;
      mailer ??= smtpMailer({ url, from, connectionsMost });
      if (!(await sendRound(context, mailer, due))) return;
    }
  } finally {
    mailer?.close();
  }
}

/** False where the mail server turned out to be away: the rest can wait. */
async function sendRound(context: Context, mailer: Mailer, due: readonly string[]): Promise<boolean> {
  const { answer: claimed = [] } = await context.write(claimMail, due, context.timer('send-mail'));
  const mails = new Map((await findMailRows(context.database, due)).map((mail) => [mail.id, mail]));
  const outcomes = await Promise.all(
    claimed.flatMap((attempt) => {
      const mail = mails.get(attempt.id);
      return mail ? [sendOne(context, mailer, attempt, mail)] : [];
    }),
  );
  const away = outcomes.filter((outcome) => outcome.kind === 'away');
  if (away.length > 0) {
    context.log.warn(
      { mails: away.length, error: away[0]?.error },
      'the mail server is away; mail stays queued until it is back',
    );
  }
  return away.length === 0;
}

async function sendOne(context: Context, mailer: Mailer, { id, attempt }: Attempt, mail: MailRow): Promise<Outcome> {
  const { recipient, createdAt, name, language, orderId } = mail;
  const { failPoints, log } = context;
  if (failPoints.armed) failPoints.reach('notification.before-send');
  const outcome = await mailer.send({ id, to: recipient ?? '', ...mailOf(mail, name, language), createdAt });
  if (failPoints.armed) failPoints.reach('notification.after-send');
  await context.write(settleMail, { id, attempt, outcome }, context.timer('send-mail'));
  if (outcome.kind === 'refused') {
    const { until, error } = outcome;
    log.warn(
      { notification: id, orderId, until, error },
      'the mail server refused a mail; operators find it in the list of mail',
    );
  }
  return outcome;
}
