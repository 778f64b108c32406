import type { Context, Origin } from '#runtime/service.ts';
import { giveBackByProvider } from '../charges.ts';
import type { OurCharge, OurRefund } from '../domain/matching.ts';
import type { FoundDifference } from '../domain/reconciling.ts';
import { concludePart } from '../domain/refund.ts';
import { findAttempt, findRefund } from '../reads.ts';
import { recording, resolve } from '../settle.ts';

/** A difference with what is ours of it, where something is. */
export interface Found {
  readonly difference: FoundDifference;
  readonly ours: OurCharge | OurRefund | undefined;
}

/** Providers count requests. */
const mostAtOnce = 10;

/**
 * Asks the provider about what it says was paid, or given back, and we do not know so: its answer enters the funnel as any other
 * does. Resolves with those that were asked about.
 */
export async function askAbout(
  context: Context,
  found: readonly Found[],
  origin: Origin,
): Promise<readonly (OurCharge | OurRefund)[]> {
  const asked: (OurCharge | OurRefund)[] = [];
  const about = found.filter(({ difference: { kind }, ours }) => ours && mayBeSettled.has(kind));
  for (let from = 0; from < about.length; from += mostAtOnce) {
    const some = about.slice(from, from + mostAtOnce).flatMap(({ ours }) => ours ?? []);
    await Promise.all(some.map((ours) => ask(context, ours, origin)));
    asked.push(...some);
  }
  return asked;
}

const mayBeSettled: ReadonlySet<string> = new Set(['callback_missing', 'refund_unknown']);

async function ask(context: Context, ours: OurCharge | OurRefund, origin: Origin): Promise<void> {
  const attempt = await findAttempt(context.database, ours.attemptId);
  if (!attempt) return;
  if (!('refundId' in ours)) {
    await resolve(context, attempt, recording(origin, context));
    return;
  }
  const refund = await findRefund(context.database, ours.refundId);
  const part = refund?.parts.find(({ attemptId }) => attemptId === ours.attemptId);
  if (!refund || !part) return;
  const outcome = await giveBackByProvider(context, refund, { ...part, isAsked: true }, attempt);
  const { id: refundId, paymentId } = refund;
  const command = { refundId, paymentId, attemptId: attempt.id, outcome };
  await context.write(concludePart, command, recording(origin, context), { urgent: true });
}
