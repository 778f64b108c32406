import type { Context, Origin } from '#runtime/service.ts';
import { resolveBalance, takeFromBalance } from './balance.ts';
import { type AttemptOutcome, type Concluded, concludeAttempt } from './domain.ts';
import type { AttemptToSettle } from './store.ts';

type Named = Pick<AttemptToSettle, 'id' | 'paymentId'>;

/** Tries to take the money of an open attempt, and records what became of it. */
export async function take(
  context: Context,
  attempt: Named & Parameters<typeof takeFromBalance>[1],
  origin: Origin,
): Promise<Concluded> {
  return record(context, attempt, await takeFromBalance(context, attempt, origin), origin);
}

/** Gets the last word on an attempt, and records it. */
export async function resolve(context: Context, attempt: Named, origin: Origin): Promise<Concluded> {
  return record(context, attempt, await resolveBalance(context, attempt.id, origin), origin);
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
export function recording({ traceparent, cause, caller, language }: Origin, { clock }: Context): Origin {
  return { traceparent, cause, caller, language, deadline: clock.now() + 10_000 };
}
