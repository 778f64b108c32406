import { createTransport } from 'nodemailer';
import { type Instant, toTimestamp } from '#kernel/clock.ts';
import type { Outcome } from './domain/mail.ts';

export interface OutgoingMail {
  /** The notification's. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly createdAt: Instant;
}

export interface Mailer {
  /** Never rejects: whatever happens is an outcome. */
  send(mail: OutgoingMail): Promise<Outcome>;
  close(): void;
}

export interface SmtpOptions {
  readonly url: string;
  readonly from: string;
  readonly connectionsMost: number;
}

/** Short enough that a server which accepts and then says nothing does not hold up a shutdown. */
const timeouts = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 15_000, dnsTimeout: 5_000 };

/**
 * A few connections to a mail server (RFC 5321). The Message-ID is made from the notification, so that a mail which had to be
 * sent again, because nobody knows whether the first one arrived, is recognised as the same one (RFC 5322 §3.6.4).
 */
export function smtpMailer({ url, from, connectionsMost }: SmtpOptions): Mailer {
  const transport = createTransport({
    pool: true,
    url,
    maxConnections: connectionsMost,
    // Sending again is the sender's own business, which remembers it over a crash.
    maxRequeues: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...timeouts,
  });
  const domain = /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return {
    async send({ id, to, subject, text, createdAt }) {
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject,
          text,
          messageId: `<${id}@${domain}>`,
          date: toTimestamp(createdAt),
          // No out-of-office replies to this (RFC 3834 §5).
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return { kind: 'sent' };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** What the server said of the mail, or that it could not be asked (RFC 5321 §4.2.1; 421: it is closing). */
export function outcomeOf(error: unknown): Outcome {
  const { code = '', responseCode, message } = error as { code?: string; responseCode?: number; message: string };
  const told = message.slice(0, 500);
  const aboutTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (!aboutTheMail || responseCode === 421) return { kind: 'away', error: told };
  // Without a reply code it was the client that refused: an address or a text that no server would take.
  const forGood = responseCode === undefined || (responseCode >= 500 && responseCode !== 503);
  return { kind: 'refused', until: forGood ? 'ever' : 'later', error: told };
}
