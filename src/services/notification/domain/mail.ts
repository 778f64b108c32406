import type { Instant } from '#kernel/clock.ts';
import { type Decider, nothing } from '#runtime/batch/decider.ts';
import type { Notification, NotificationTables } from '../domain.ts';

/** After so long without an outcome whoever was sending is taken for dead. */
export const sendingLeaseMs = 60_000;
/** A mail that was refused for now so many times has failed: with {@link refusalPauseMs} after about five hours. */
export const refusalsMost = 10;
/** While the mail server is away mail is tried again at this pace, for as long as it takes. */
const awayPauseMs = 15_000;

/** Doubling from a minute up to two hours. */
export function refusalPauseMs(refusals: number): number {
  return Math.min(7_200_000, 60_000 * 2 ** (refusals - 1));
}

/** What came of sending one mail. `away` says nothing about the mail: the server could not be reached, or went away. */
export type Outcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly until: 'later' | 'ever'; readonly error: string }
  | { readonly kind: 'away'; readonly error: string };

export interface Addressing {
  readonly id: string;
  readonly userId: string;
}

/** Gives mail that waited for its recipient's address what it waited for. */
export const addressMail: Decider<NotificationTables, readonly Addressing[]> = {
  name: 'addressMail',
  needs: (waiting) => ({
    notifications: waiting.map(({ id }) => id),
    recipients: waiting.map(({ userId }) => userId),
    mailPolicy: ['mail'],
  }),
  decide(state, waiting, { now }) {
    const sent = state.mailPolicy.get('mail')?.mode === 'SMTP';
    const addressed = waiting.flatMap(({ id, userId }): Notification[] => {
      const mail = state.notifications.get(id);
      const recipient = state.recipients.get(userId);
      if (mail?.status !== 'WAITING' || !recipient) return [];
      const { email } = recipient;
      return [{ ...mail, recipient: email, status: sent ? 'QUEUED' : 'KEPT', nextAttemptAt: sent ? now : null }];
    });
    return addressed.length > 0 ? { put: { notifications: addressed } } : nothing;
  },
};

/** Takes mail that is due to be sent now; the answer names what was taken, with its attempt. */
export const claimMail: Decider<NotificationTables, readonly string[], readonly Attempt[]> = {
  name: 'claimMail',
  needs: (ids) => ({ notifications: ids }),
  decide(state, ids, { now }) {
    const claimed = ids.flatMap((id): Notification[] => {
      const mail = state.notifications.get(id);
      if (!mail || !isDue(mail, now)) return [];
      return [{ ...mail, status: 'SENDING', attempts: mail.attempts + 1, nextAttemptAt: now + sendingLeaseMs }];
    });
    return { put: { notifications: claimed }, answer: claimed.map(({ id, attempts }) => ({ id, attempt: attempts })) };
  },
};

function isDue({ status, nextAttemptAt }: Notification, now: Instant): boolean {
  return (status === 'QUEUED' || status === 'SENDING') && nextAttemptAt !== null && nextAttemptAt <= now;
}

export interface Attempt {
  readonly id: string;
  readonly attempt: number;
}

/** Notes what came of an attempt. One that was given up on meanwhile has no say any more. */
export const settleMail: Decider<NotificationTables, Attempt & { readonly outcome: Outcome }> = {
  name: 'settleMail',
  needs: ({ id }) => ({ notifications: [id] }),
  decide(state, { id, attempt, outcome }, { now }) {
    const mail = state.notifications.get(id);
    if (mail?.status !== 'SENDING' || mail.attempts !== attempt) return nothing;
    return { put: { notifications: [settled(mail, outcome, now)] } };
  },
};

function settled(mail: Notification, outcome: Outcome, now: Instant): Notification {
  switch (outcome.kind) {
    case 'sent':
      return { ...mail, status: 'SENT', nextAttemptAt: null, error: null };
    case 'away':
      return { ...mail, status: 'QUEUED', nextAttemptAt: now + awayPauseMs, error: outcome.error };
    case 'refused': {
      const refusals = mail.refusals + 1;
      const final = outcome.until === 'ever' || refusals >= refusalsMost;
      const nextAttemptAt = final ? null : now + refusalPauseMs(refusals);
      return { ...mail, status: final ? 'FAILED' : 'QUEUED', refusals, nextAttemptAt, error: outcome.error };
    }
  }
}
