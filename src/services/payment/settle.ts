import type { Context, Origin } from '#runtime/service.ts';
import { resolveBalance, takeFromBalance } from './balance.ts';
import { followCharge, openCharge } from './charges.ts';
import { type AttemptOutcome, type Concluded, concludeAttempt } from './domain/funnel.ts';
import { type AttemptToSettle, findAttempt } from './reads.ts';

type Named = Pick<AttemptToSettle, 'id' | 'paymentId'>;
/** Enough to ask the wallet for. */
export type Debit = Named & Parameters<typeof takeFromBalance>[1];

/** Tries to take the money of an open attempt from the balance, and records what became of it. */
export async function take(context: Context, attempt: Debit, origin: Origin): Promise<Concluded> {
  return record(context, attempt, await takeFromBalance(context, attempt, origin), origin);
}

/**
 * Has a provider open what the buyer is to pay, once the balance has paid its part, if it has one; records what became of it.
 * Resolves with undefined where it is not known yet whether the balance's part was taken.
 */
export async function open(context: Context, attempt: AttemptToSettle, origin: Origin): Promise<Concluded | undefined> {
  const balanceAttempt = attempt.charge?.balanceAttempt ?? null;
  if (balanceAttempt !== null) {
    const part = await findAttempt(context.database, balanceAttempt);
    if (!part) throw new Error(`no attempt ${balanceAttempt}`);
    const taken = part.status === 'SUCCEEDED' ? part : await take(context, debitOf(part), origin);
    if (taken.status !== 'SUCCEEDED') return undefined;
  }
  return record(context, attempt, await openCharge(context, attempt, origin), origin);
}

export function debitOf(attempt: AttemptToSettle): Debit {
  return { ...attempt, wireAmount: { amount: Number(attempt.amount), currency: attempt.currency } };
}

/** Gets the last word on an attempt, or the latest, and records it. */
export async function resolve(context: Context, attempt: AttemptToSettle, origin: Origin): Promise<Concluded> {
  const outcome =
    attempt.method === 'balance'
      ? await resolveBalance(context, attempt.id, origin)
      : await followCharge(context, attempt, origin);
  return record(context, attempt, outcome, origin);
}

async function record(
  context: Context,
  { id, paymentId }: Named,
  outcome: AttemptOutcome,
  origin: Origin,
): Promise<Concluded> {
  const command = { paymentId, attemptId: id, outcome };
  const { answer } = await context.write(concludeAttempt, command, recording(origin, context), { urgent: true });
  if (!answer) throw new Error(`attempt ${id} was concluded without an answer`);
  return answer;
}

/** An outcome is recorded even if whoever asked has gone, and under no Idempotency-Key: that was spent on the attempt. */
export function recording({ traceparent, cause, caller, language, upon }: Origin, { clock }: Context): Origin {
  return { traceparent, cause, caller, language, deadline: clock.now() + 10_000, ...(upon && { upon }) };
}
